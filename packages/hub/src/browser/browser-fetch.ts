import { displayUrl, HttpError, transient } from '../http-error.ts';
import type { Fetch } from '../platform.ts';

/** What tells whether this browser is connected; `false` is certain, `true` is not. */
const isOffline = () => globalThis.navigator?.onLine === false;

/**
 * `fetch` for pages and workers. Redirects are followed by the browser, which does not show them, and nothing is put
 * into the HTTP cache, where ranges of one file would wait for each other.
 *
 * A request to another origin carries no header that the server would have to be asked about first: no `If-Range`.
 * Where a whole file is wanted, all bytes are asked for as a range, since browsers then ask for no compression.
 *
 * @param origin of the page. Default: that of the global scope
 * @param send default: the global `fetch`
 */
export function createBrowserFetch(
  send: typeof fetch = (input, init) => globalThis.fetch(input, init),
  origin: string = globalThis.origin,
): Fetch {
  /** Servers that answered once, and others that did not. */
  const reached = new Set<string>();
  const failed = new Set<string>();
  return async (
    url,
    { headers: { 'if-range': validator, 'accept-encoding': encoding, ...headers }, signal },
  ) => {
    const server = new URL(url).origin;
    const isOwn = server === origin;
    const init: RequestInit = {
      headers: {
        ...headers,
        ...(encoding === 'identity' && { range: 'bytes=0-' }),
        ...(isOwn && validator !== undefined && { 'if-range': validator }),
      },
      redirect: 'follow',
      cache: 'no-store',
      credentials: 'same-origin',
      signal,
    };
    try {
      const response = await send(url, init);
      reached.add(server);
      return response;
    } catch (error) {
      signal.throwIfAborted();
      if (isOffline())
        throw transient(url, 'cannot be reached: this browser is offline; connect and try again', error);
      if (isOwn) throw transient(url, 'cannot be reached: the server or the connection to it is down', error);
      // Opaque: shows only that there is a server which answers.
      const isThere = await send(url, { mode: 'no-cors', method: 'HEAD', cache: 'no-store', signal }).then(
        () => true,
        () => false,
      );
      signal.throwIfAborted();
      if (isThere) throw refused(url, origin, error);
      // It would not get better by waiting, as far as is known of a server that never answered.
      const isTransient = reached.has(server) || !failed.has(server);
      failed.add(server);
      const causes = `the server or the connection is down, or it does not allow ${origin} to read its files (CORS)`;
      throw new HttpError('network', `${displayUrl(url)}: cannot be reached: ${causes}`, {
        isTransient,
        cause: error,
      });
    }
  };
}

function refused(url: string, origin: string, cause: unknown): HttpError {
  const problem = `the server does not allow ${origin} to read it (CORS)`;
  const advice =
    'download it with the browser and open the file here, or use a server that sends Access-Control-Allow-Origin';
  return new HttpError('network', `${displayUrl(url)}: ${problem}; ${advice}`, { cause });
}
