import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { compressFiles } from './site/compress-files.ts';
import { isolationHeaders } from './site/headers.ts';
import { securityHeaders } from './site/security-headers.ts';
import { serviceWorker } from './site/service-worker.ts';

const output = {
  // Models keep their names: splits find one another by them.
  assetFileNames: ({ names }: { names: readonly string[] }) =>
    names.some((name) => name.endsWith('.gguf')) ? 'models/[name][extname]' : 'assets/[name]-[hash][extname]',
};
// What compiled WebAssembly imports in Node only, behind a test for it.
const external = ['module', 'worker_threads'];

export default defineConfig({
  base: './',
  // Packages of this workspace are their sources, so that nothing has to be built before.
  resolve: { conditions: ['@llamella/source', 'module', 'browser', 'development|production'] },
  server: { headers: isolationHeaders },
  worker: { format: 'es', rolldownOptions: { output, external } },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: { output, external },
  },
  plugins: [react(), securityHeaders(), serviceWorker(), compressFiles()],
});
