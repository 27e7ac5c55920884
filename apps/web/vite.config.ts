import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { bundling } from './site/bundling.ts';
import { compressFiles } from './site/compress-files.ts';
import { isolationHeaders } from './site/headers.ts';
import { llamellaModule } from './site/llamella-module.ts';
import { securityHeaders } from './site/security-headers.ts';
import { serviceWorker } from './site/service-worker.ts';

export default defineConfig({
  ...bundling,
  server: { headers: isolationHeaders },
  // The last three work on what is written, one after the other.
  plugins: [react(), securityHeaders(), llamellaModule(), serviceWorker(), compressFiles()],
});
