import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/browser/index.ts', 'src/browser/worker.ts'],
  outDir: 'dist/browser',
  tsconfig: 'tsconfig.browser.json',
  format: 'esm',
  dts: true,
  sourcemap: true,
  target: 'es2023',
  platform: 'browser',
  clean: true,
});
