import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts', 'src/worker.ts'],
  format: 'esm',
  dts: true,
  clean: true,
  sourcemap: true,
  platform: 'browser',
  target: 'es2023',
});
