import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { normalize } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** What tests of packages read their files with, for a page. The rest of Node throws when it is called. */
const inPage: Readonly<Record<string, string>> = {
  'node:crypto': 'crypto.ts',
  'node:fs': 'fs.ts',
  'node:url': 'url.ts',
  'node:zlib': 'zlib.ts',
};

/** Where the page asks for files of this machine, by path, and whether to read, list or decompress them. */
const address = '/@test-files';

const builtins = new Set(builtinModules.map((name) => `node:${name}`));
const mark = '\0in-page:';
const here = import.meta.filename;

/**
 * Lets tests that are written for Node run in a page: `readFileSync`, `readdirSync` and `existsSync` of files below
 * the folder, `crc32`, `brotliDecompressSync`, and `Buffer`. Only test files get these: a package that asks for
 * a module of Node cannot be imported.
 */
export function nodeModulesInPage(folder: string): Plugin {
  return {
    name: 'node-modules-in-page',
    enforce: 'pre',
    configureServer(server) {
      server.middlewares.use(address, async (request, response) => {
        const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
        const path = normalize(decodeURIComponent(pathname));
        if (searchParams.has('hash')) {
          const hash = createHash(searchParams.get('hash')!);
          for await (const part of request) hash.update(part);
          response.end(hash.digest('hex'));
        } else if (!path.startsWith(folder) || !existsSync(path)) {
          response.writeHead(404).end();
        } else if (searchParams.has('exists')) response.end();
        else if (searchParams.has('list')) response.end(JSON.stringify(readdirSync(path)));
        else {
          const part = searchParams.has('from') && partOf(path, searchParams);
          const bytes = part || readFileSync(path);
          response.setHeader('Content-Type', 'application/octet-stream');
          response.end(searchParams.has('brotli') ? brotliDecompressSync(bytes) : bytes);
        }
      });
    },
    async resolveId(source, importer = '') {
      // Of this package, not of the one whose test it is.
      if (source === 'buffer') return importer === here ? undefined : this.resolve(source, here);
      if (!builtins.has(source)) return undefined;
      if (/\/packages\/[^/]+\/src\//.test(importer)) throw new Error(`${importer} imports ${source}`);
      const file = inPage[source];
      return file === undefined ? mark + source : `${import.meta.dirname}/in-page/${file}`;
    },
    async load(id) {
      if (!id.startsWith(mark)) return undefined;
      const name = id.slice(mark.length);
      const names = Object.keys(await import(name)).filter((key) => key !== 'default');
      const missing = (key: string) =>
        `export function ${key}() { throw new Error('${key} of ${name} is not in a page'); }`;
      return names.map(missing).join('\n');
    },
    transform(code, id) {
      if (!/\/(packages|tooling)\/[^/]+\/test\/.*\.ts/.test(id)) return undefined;
      const file = JSON.stringify(pathToFileURL(id.replace(/\?.*/, '')).href);
      const imports = /\bBuffer\b/.test(code) ? "import { Buffer } from 'buffer';" : '';
      const changed = code
        .replaceAll('import.meta.url', file)
        .replace(/\bprocess\.env\b/g, 'import.meta.env');
      return { code: imports + changed, map: null };
    },
  };
}

function partOf(path: string, parameters: URLSearchParams): Buffer {
  const [from, length] = ['from', 'length'].map((name) => Number(parameters.get(name)));
  const file = openSync(path, 'r');
  const part = Buffer.alloc(length!);
  const read = readSync(file, part, 0, length!, from!);
  closeSync(file);
  return part.subarray(0, read);
}
