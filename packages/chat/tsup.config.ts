import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts', 'src/output.ts', 'src/template.ts'],
  format: 'esm',
  dts: true,
  clean: true,
  sourcemap: true,
  platform: 'neutral',
  target: 'es2023',
});
