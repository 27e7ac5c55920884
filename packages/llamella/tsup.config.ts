import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts', 'src/pack-worker.ts', 'src/hash-worker.ts'],
  format: 'esm',
  dts: true,
  sourcemap: true,
  target: 'es2023',
  platform: 'node',
  clean: true,
});
