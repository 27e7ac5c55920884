import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { siteHandler } from './site-handler.ts';

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

/**
 * Serves a folder.
 *
 * @param handler default {@link siteHandler}
 * @throws {Error} of Node, such as `EADDRINUSE`
 */
export async function serveSite(
  folder: string,
  { port, host = '127.0.0.1' }: SiteOptions,
  handler: RequestListener = siteHandler(folder),
): Promise<ServedSite> {
  const server = createServer(handler);
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
