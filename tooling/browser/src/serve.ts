import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A file whose bytes, from `start` up to `end`, are made when they are asked for. */
export interface MadeFile {
  readonly size: number;
  bytes(start: number, end: number): Uint8Array;
}

/** Served from memory, by the path of a file, or made. */
export type ServedFile = string | Uint8Array | { readonly path: string } | MadeFile;

/** Files by the path of their address, such as `/main.js`. */
export type ServedFiles = ReadonlyMap<string, ServedFile>;

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** Without these headers a page has no `SharedArrayBuffer`, and WebAssembly no threads. */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export interface Server extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly origin: string;
}

/**
 * Serves files on a free port of this machine, in parts where a request names a range.
 *
 * @param always headers of every answer
 */
export async function serve(
  files: ServedFiles,
  always: Readonly<Record<string, string>> = isolation,
): Promise<Server> {
  const server = createServer((request, response) => {
    answer(files, always, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  files: ServedFiles,
  always: Readonly<Record<string, string>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const file = files.get(decodeURIComponent(pathname));
  if (file === undefined) {
    response.writeHead(404, always).end();
    return;
  }
  const size = await sizeOf(file);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = range === null ? 0 : Number(range[1]);
  const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
  const headers = { ...always, 'Cache-Control': 'no-store', 'Accept-Ranges': 'bytes' };
  if (range !== null && (start >= size || start > end)) {
    response.writeHead(416, { ...headers, 'Content-Range': `bytes */${size}` }).end();
    return;
  }
  response.writeHead(range === null ? 200 : 206, {
    ...headers,
    'Content-Type': types[pathname === '/' ? '.html' : extname(pathname)] ?? 'application/octet-stream',
    'Content-Length': end - start + 1,
    ...(range !== null && { 'Content-Range': `bytes ${start}-${end}/${size}` }),
  });
  if (request.method === 'HEAD' || size === 0) response.end();
  else await pipeline(contents(file, start, end), response);
}

async function sizeOf(file: ServedFile): Promise<number> {
  if (typeof file === 'string') return Buffer.byteLength(file);
  if (file instanceof Uint8Array) return file.byteLength;
  return 'path' in file ? (await stat(file.path)).size : file.size;
}

/** Bytes from `start` to `end`, both included. */
function contents(file: ServedFile, start: number, end: number): Readable {
  if (typeof file === 'object' && 'path' in file) return createReadStream(file.path, { start, end });
  if (typeof file === 'object' && 'bytes' in file) return Readable.from(made(file, start, end + 1));
  const bytes =
    typeof file === 'string' ? Buffer.from(file) : Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  return Readable.from([bytes.subarray(start, end + 1)]);
}

const pieceBytes = 2 ** 20;

function* made(file: MadeFile, start: number, end: number): Generator<Uint8Array> {
  for (let at = start; at < end; at += pieceBytes) yield file.bytes(at, Math.min(at + pieceBytes, end));
}
