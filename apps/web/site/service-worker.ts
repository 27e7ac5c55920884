import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'vite';
import type { SiteFiles } from '../src/service-worker/site-files.ts';

/** Builds the service worker after everything else, with the list of the files that it keeps. */
export function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    writeBundle: {
      sequential: true,
      async handler({ dir = 'dist' }) {
        const siteFiles = await listSite(dir);
        await build({
          configFile: false,
          logLevel: 'warn',
          publicDir: false,
          define: { siteFiles: JSON.stringify(siteFiles) },
          build: {
            outDir: dir,
            emptyOutDir: false,
            target: 'es2023',
            reportCompressedSize: false,
            rolldownOptions: {
              input: join(import.meta.dirname, '..', 'src', 'service-worker', 'main.ts'),
              output: { format: 'iife', entryFileNames: 'service-worker.js' },
            },
          },
        });
      },
    },
  };
}

/** @param folder of a built page */
export async function listSite(folder: string): Promise<SiteFiles> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((path) => !/(^_headers|^service-worker\.js|^models\/.*|\.br|\.map)$/.test(path))
    .sort();
  const onUse = names.filter((path) => path.startsWith('assets/') && /\.wasm$|\/ort-wasm/.test(path));
  const shell = await Promise.all(
    names
      .filter((path) => !onUse.includes(path))
      .map(async (path) =>
        path.startsWith('assets/') ? { path } : { path, revision: hash(await readFile(join(folder, path))) },
      ),
  );
  return { version: hash(JSON.stringify([shell, onUse])), shell, onUse };
}

function hash(contents: string | Uint8Array): string {
  return createHash('sha256').update(contents).digest('hex').slice(0, 12);
}
