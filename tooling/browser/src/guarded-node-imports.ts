import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

const builtins = builtinModules.filter((name) => !name.startsWith('_')).join('|');

/**
 * Leaves modules of Node that a library asks for as they are. Libraries compiled to WebAssembly load them behind a
 * test for Node; one that does so without a test fails in the page. Packages of this workspace get no such leave.
 */
export const guardedNodeImports: Plugin = {
  name: 'guarded-node-imports',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(node:)?(${builtins})$`) }, ({ path, importer }) =>
      /[\\/]node_modules[\\/]/.test(importer) ? { path, external: true } : undefined,
    );
  },
};
