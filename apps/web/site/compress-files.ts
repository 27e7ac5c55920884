import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import type { Plugin } from 'vite';

const compress = promisify(brotliCompress);
const leastBytes = 1_000;
const largeBytes = 4_000_000;

/** Writes `name.br` beside programs, styles and WebAssembly, for servers that send such files. */
export function compressFiles(): Plugin {
  return {
    name: 'compress-files',
    apply: 'build',
    writeBundle: {
      sequential: true,
      async handler({ dir = 'dist' }) {
        const names = await readdir(dir, { recursive: true });
        const files = names.filter((name) => /\.(css|html|js|svg|wasm)$/.test(name));
        await Promise.all(files.map((name) => compressFile(join(dir, name))));
      },
    },
  };
}

async function compressFile(path: string): Promise<void> {
  const bytes = await readFile(path);
  if (bytes.byteLength < leastBytes) return;
  const quality = bytes.byteLength > largeBytes ? 5 : 9;
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: quality, [BROTLI_PARAM_SIZE_HINT]: bytes.byteLength };
  await writeFile(`${path}.br`, await compress(bytes, { params }));
}
