import { defineConfig, type Options } from 'tsup';

const shared = {
  format: 'esm',
  dts: true,
  sourcemap: true,
  target: 'es2023',
} satisfies Options;

export default defineConfig([
  {
    ...shared,
    entry: ['src/index.ts', 'src/pack-worker.ts', 'src/hash-worker.ts'],
    platform: 'node',
    clean: ['**/*', '!browser/**'],
  },
  {
    ...shared,
    entry: ['src/browser/index.ts', 'src/browser/worker.ts'],
    outDir: 'dist/browser',
    platform: 'browser',
    tsconfig: 'tsconfig.browser.json',
    clean: true,
  },
]);
