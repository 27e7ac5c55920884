// The package's own run skips these where no browser is installed yet; this step has seen to one.
import '../../../packages/runtime-web/test/wasm.test.ts';
