import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import send from 'send';
import { cacheControl, siteHeaders } from '../site/headers.ts';

/** Where a site is served. */
export interface SiteOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Default `127.0.0.1`: this machine only. */
  readonly host?: string;
}

/** A site that is served until it is disposed of. */
export interface ServedSite extends AsyncDisposable {
  readonly port: number;
}

/** What the build compresses. */
const compressedTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/**
 * Serves the files of a folder with the headers that the page needs: whole or in ranges, as `.br` where there is such a
 * file beside, and only when they changed.
 *
 * @throws {Error} of Node, such as `EADDRINUSE`
 */
export async function serveSite(
  folder: string,
  { port, host = '127.0.0.1' }: SiteOptions,
): Promise<ServedSite> {
  const server = createServer((request, response) => answer(folder, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(folder: string, request: IncomingMessage, response: ServerResponse): void {
  for (const [name, value] of Object.entries(siteHeaders)) response.setHeader(name, value);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    refuse(response, 405);
    return;
  }
  const asked = (request.url ?? '/').replace(/[?#].*$/s, '');
  const path = asked.endsWith('/') ? `${asked}index.html` : asked;
  const compressed = compressedPath(folder, path);
  if (compressed !== undefined) response.setHeader('Vary', 'Accept-Encoding');
  const takesBrotli =
    request.headers.range === undefined && /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const served = takesBrotli && compressed !== undefined ? compressed : path;
  send(request, served, { root: folder, cacheControl: false, dotfiles: 'ignore' })
    .on(
      'headers',
      (_: ServerResponse, file: string, { size, mtimeMs }: { size: number; mtimeMs: number }) => {
        response.setHeader('Cache-Control', cacheControl(path));
        // A strong one, so that a download can go on in the middle.
        response.setHeader('ETag', `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`);
        if (served === path || !file.endsWith('.br')) return;
        response.setHeader('Content-Encoding', 'br');
        response.setHeader('Content-Type', compressedTypes[extname(path)] ?? 'application/octet-stream');
      },
    )
    .on('error', ({ status }: { status?: number }) => refuse(response, status ?? 500))
    .pipe(response);
}

function compressedPath(folder: string, path: string): string | undefined {
  if (compressedTypes[extname(path)] === undefined || path.includes('..')) return undefined;
  return existsSync(join(folder, `${path}.br`)) ? `${path}.br` : undefined;
}

const reasons: Readonly<Record<number, string>> = {
  404: 'There is no such file here.',
  405: 'Only GET and HEAD are answered here.',
  416: 'The file does not have these bytes.',
};

function refuse(response: ServerResponse, status: number): void {
  const text = `${reasons[status] ?? 'This request cannot be answered.'}\n`;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.writeHead(status).end(text);
}
