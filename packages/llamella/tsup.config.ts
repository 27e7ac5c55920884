import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts', 'src/pack-worker.ts', 'src/hash-worker.ts'],
  format: 'esm',
  dts: true,
  clean: true,
  sourcemap: true,
  platform: 'node',
  target: 'es2023',
});
