import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** One request for a file, and what was sent for it. */
export interface LogEntry {
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
  /** First byte of the answer in the file. */
  start: number;
  /** Bytes of the body handed to the connection. */
  sent: number;
}

/** Answers a request in place of the server. Returns `false` to leave it to the server. */
export type Fault = (request: IncomingMessage, response: ServerResponse, url: URL) => boolean;

export interface FakeRepository {
  readonly files: Readonly<Record<string, Buffer>>;
  /** Paths stored as large files, which are redirected and have a sha256. Default: those of more than 1,000 bytes. */
  readonly isLarge?: (path: string) => boolean;
  readonly commit?: string;
  /** Changes what the list says. */
  readonly editListing?: (entries: Record<string, unknown>[]) => unknown;
}

export const defaultCommit = 'c0ffee00'.repeat(5);

export const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
export const gitSha1 = (bytes: Buffer) =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

/** Bytes that are the same for the same seed. Generator: xorshift32. */
export function randomBytes(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed * 2654435761 || 1;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}

/** A Hub and its CDN on two ports of this machine, as far as downloads need them. */
export async function startFakeHub(repositories: Record<string, FakeRepository>, pageSize = 1000) {
  const log: LogEntry[] = [];
  const apiRequests: string[] = [];
  const hub = {
    endpoint: '',
    cdn: '',
    log,
    apiRequests,
    repositories,
    /** Asked first for every request to the Hub. */
    fault: undefined as Fault | undefined,
    /** Asked first for every request to the CDN. */
    cdnFault: undefined as Fault | undefined,
    /** Bytes per millisecond of each connection; 0 for no limit. */
    speed: 0,
    /** Bytes written at once while the speed is limited. */
    pieceBytes: 4096,
    requests: 0,
    /** Those that are open. */
    connections: new Set<Socket>(),
    /** What pages of other sites may read: nothing, the answers, or all their headers too. */
    cors: 'none' as 'none' | 'simple' | 'exposed',
    async close() {
      for (const server of servers) server.closeAllConnections();
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    },
    /** Highest number of times that a byte of a path was sent, summed over what was sent more than once. */
    repeatedBytes(path: string, size: number): number {
      const times = new Uint16Array(size);
      for (const { path: own, start, sent } of log) {
        if (own === path) for (let i = start; i < Math.min(size, start + sent); i++) times[i]!++;
      }
      return times.reduce((sum, count) => sum + Math.max(0, count - 1), 0);
    },
    /** Sends a file, or the part of it that is asked for. */
    async send(
      request: IncomingMessage,
      response: ServerResponse,
      path: string,
      bytes: Buffer,
      headers: object = {},
    ) {
      const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
      const start = Number(match?.[1] ?? 0);
      const end = Math.min(bytes.length, match?.[2] ? Number(match[2]) + 1 : bytes.length);
      const entry: LogEntry = {
        path,
        range: request.headers.range,
        authorization: request.headers.authorization,
        start,
        sent: 0,
      };
      log.push(entry);
      if (match !== null && start >= bytes.length) {
        response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
        return;
      }
      response.writeHead(match ? 206 : 200, {
        'accept-ranges': 'bytes',
        'content-length': end - start,
        ...(match && { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` }),
        ...headers,
      });
      const closed = new Promise((done) => response.once('close', done));
      const piece = hub.speed > 0 ? hub.pieceBytes : 64 * 1024;
      for (let at = start; at < end && !response.destroyed; at += piece) {
        const part = bytes.subarray(at, Math.min(end, at + piece));
        if (!response.write(part)) {
          await Promise.race([once(response, 'drain').catch(() => {}), closed]);
        }
        entry.sent += part.length;
        if (hub.speed > 0) await sleep(part.length / hub.speed);
      }
      response.end();
    },
  };
  const onHub = async (request: IncomingMessage, response: ServerResponse) => {
    hub.requests++;
    const url = new URL(request.url!, hub.endpoint);
    if (hub.fault?.(request, response, url)) return;
    const api = /^\/api\/models\/(.+?)\/(revision|tree)\/(.+)$/.exec(url.pathname);
    const file = /^\/(.+?)\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname);
    const repository = repositories[(api ?? file)?.[1] ?? ''];
    const fail = (status: number, code: string) =>
      response.writeHead(status, { 'x-error-code': code, 'x-error-message': code }).end();
    if (repository === undefined) return fail(401, 'RepoNotFound');
    const { files, isLarge = (path) => files[path]!.length > 1000, commit = defaultCommit } = repository;
    if (api !== null) {
      apiRequests.push(url.pathname + url.search);
      const revision = decodeURIComponent(api[3]!);
      if (!['main', 'refs/pr/1', commit].includes(revision)) return fail(404, 'RevisionNotFound');
      if (api[2] === 'revision') return response.end(JSON.stringify({ sha: commit }));
      let entries = Object.entries(files).map(([path, bytes]): Record<string, unknown> => {
        const large = isLarge(path) && { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 134 } };
        return {
          type: 'file',
          path,
          size: bytes.length,
          oid: large ? 'f'.repeat(40) : gitSha1(bytes),
          ...large,
        };
      });
      entries.push({ type: 'directory', path: 'folder', size: 0, oid: 'e'.repeat(40) });
      if (repository.editListing) entries = repository.editListing(entries) as typeof entries;
      const from = Number(url.searchParams.get('cursor') ?? 0);
      if (Array.isArray(entries) && from + pageSize < entries.length) {
        const next = `${hub.endpoint}${url.pathname}?recursive=true&cursor=${from + pageSize}`;
        response.setHeader('link', `<${next}>; rel="next"`);
      }
      return response.end(
        JSON.stringify(Array.isArray(entries) ? entries.slice(from, from + pageSize) : entries),
      );
    }
    const path = file![3]!.split('/').map(decodeURIComponent).join('/');
    const bytes = files[path];
    if (bytes === undefined || !['main', commit].includes(file![2]!)) return fail(404, 'EntryNotFound');
    if (!isLarge(path))
      return await hub.send(request, response, path, bytes, {
        etag: `"${gitSha1(bytes)}"`,
        'x-repo-commit': commit,
      });
    const location = `${hub.cdn}/${encodeURIComponent(file![1]!)}/${file![3]}?signature=secret`;
    const linked = { 'x-linked-etag': `"${sha256(bytes)}"`, 'x-linked-size': bytes.length };
    return response.writeHead(302, { location, 'x-repo-commit': commit, ...linked }).end();
  };
  const onCdn = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url!, hub.cdn);
    if (hub.cdnFault?.(request, response, url)) return;
    const [, repository = '', ...parts] = url.pathname.split('/').map(decodeURIComponent);
    const path = parts.join('/');
    await hub.send(request, response, path, repositories[repository]!.files[path]!, { etag: '"cdn"' });
  };
  const servers = [onHub, onCdn].map((handler) =>
    createServer((request, response) => {
      response.on('error', () => {});
      if (hub.cors !== 'none') response.setHeader('access-control-allow-origin', '*');
      if (hub.cors === 'exposed') {
        response.setHeader(
          'access-control-expose-headers',
          'content-range, etag, link, x-error-code, x-linked-etag',
        );
      }
      handler(request, response).catch(() => response.destroy());
    }),
  );
  for (const server of servers) {
    server.on('connection', (connection: Socket) => {
      hub.connections.add(connection);
      connection.once('close', () => hub.connections.delete(connection));
    });
  }
  const [port, cdnPort] = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((done) =>
          server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)),
        ),
    ),
  );
  hub.endpoint = `http://127.0.0.1:${port}`;
  hub.cdn = `http://127.0.0.1:${cdnPort}`;
  return hub;
}

export type FakeHub = Awaited<ReturnType<typeof startFakeHub>>;
