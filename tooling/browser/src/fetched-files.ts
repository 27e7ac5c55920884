import type { Plugin } from 'esbuild';

/**
 * Lets a program for Node that reads files with `readFile` of `node:fs/promises` run in a page: the same function,
 * over `fetch`. Nothing else of Node is there.
 */
export const fetchedFiles: Plugin = {
  name: 'fetched-files',
  setup(build) {
    build.onResolve({ filter: /^node:fs\/promises$/ }, ({ path }) => ({ path, namespace: 'fetched-files' }));
    build.onLoad({ filter: /.*/, namespace: 'fetched-files' }, () => ({
      contents: `
        export async function readFile(path, encoding) {
          const response = await fetch('/' + path);
          if (!response.ok) throw new Error(path + ': ' + response.status);
          return encoding === 'utf8' ? response.text() : new Uint8Array(await response.arrayBuffer());
        }`,
    }));
  },
};
