import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './',
  // Packages of this workspace are their sources, so that nothing has to be built before.
  resolve: { conditions: ['@llamella/source', 'module', 'browser', 'development|production'] },
  server: { headers: isolation },
  preview: { headers: isolation },
  worker: { format: 'es' },
  build: { target: 'es2023', assetsInlineLimit: 0 },
  plugins: [react()],
});
