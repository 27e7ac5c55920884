import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'vite';
import { bundling } from './bundling.ts';

const examples = join(import.meta.dirname, '..', 'examples');

/**
 * Puts `llamella.js` into the folder of the page, for pages without a bundler, and the example of such a page. What the
 * module loads later is in `assets` and `models`, where the page's own copies have the same names.
 */
export function llamellaModule(): Plugin {
  return {
    name: 'llamella-module',
    apply: 'build',
    writeBundle: {
      sequential: true,
      async handler({ dir = 'dist' }) {
        const { output, external } = bundling.build.rolldownOptions;
        await build({
          ...bundling,
          configFile: false,
          logLevel: 'warn',
          publicDir: false,
          build: {
            ...bundling.build,
            outDir: dir,
            emptyOutDir: false,
            modulePreload: false,
            rolldownOptions: {
              external,
              input: { llamella: 'llamella' },
              preserveEntrySignatures: 'strict',
              output: { ...output, entryFileNames: '[name].js' },
            },
          },
        });
        const names = await readdir(examples);
        await Promise.all(names.map((name) => copyFile(join(examples, name), join(dir, name))));
      },
    },
  };
}
