import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import { bundling } from '../../site/bundling.ts';
import { securityHeaders } from '../../site/security-headers.ts';

const root = join(import.meta.dirname, '..', '..');

/** Builds the page with a model that says what a test wrote. @returns the folder, which the caller removes */
export async function buildInterface(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'llamella-interface-'));
  await build({
    ...bundling,
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    resolve: {
      ...bundling.resolve,
      conditions: [...bundling.resolve.conditions],
      alias: { llamella: join(import.meta.dirname, 'scripted-llamella.ts') },
    },
    build: { ...bundling.build, outDir, emptyOutDir: true },
    plugins: [react(), securityHeaders()],
  });
  return outDir;
}
