import { existsSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import send from 'send';
import { cacheControl, siteHeaders } from '../site/headers.ts';

/** What the build compresses. */
const compressedTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/**
 * Answers with the files of a folder and the headers that the page needs: whole or in ranges, as `.br` where there is such
 * a file beside, and only when they changed.
 *
 * @param headers of every answer
 */
export function siteHandler(
  folder: string,
  headers: Readonly<Record<string, string>> = siteHeaders,
): RequestListener {
  return (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    answer(folder, request, response);
  };
}

function answer(folder: string, request: IncomingMessage, response: ServerResponse): void {
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
