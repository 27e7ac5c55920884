import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const commit = 'ab'.repeat(20);

/** A Hub with one repository, `owner/name`. */
export async function startHubServer(files: Readonly<Record<string, Buffer>>) {
  const sent = { bytes: 0, mostBytes: Number.POSITIVE_INFINITY };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, 'http://localhost');
    if (url.pathname.startsWith('/api/models/owner/name/revision/'))
      return response.end(JSON.stringify({ sha: commit }));
    if (url.pathname.startsWith('/api/models/owner/name/tree/')) {
      const entries = Object.entries(files).map(([path, bytes]) => ({
        ...{ type: 'file', path, size: bytes.length, oid: '0'.repeat(40) },
        lfs: { oid: createHash('sha256').update(bytes).digest('hex'), size: bytes.length },
      }));
      return response.end(JSON.stringify(entries));
    }
    const bytes = files[decodeURIComponent(url.pathname.replace(`/owner/name/resolve/${commit}/`, ''))];
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (bytes === undefined || range === null) return response.writeHead(404).end();
    const [start, end] = [Number(range[1]), Number(range[2]) + 1];
    response.writeHead(206, {
      'content-range': `bytes ${start}-${end - 1}/${bytes.length}`,
      'content-length': end - start,
    });
    for (let at = start; at < end && !response.destroyed; at += 16384) {
      do await sleep(1);
      while (sent.bytes >= sent.mostBytes && !response.destroyed);
      const piece = bytes.subarray(at, Math.min(end, at + 16384));
      response.write(piece);
      sent.bytes += piece.length;
    }
    return response.end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    /** Bytes of files that were sent, and after how many the server waits. */
    sent,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
