import { displayUrl, HttpError, statusError, transient } from './http-error.ts';
import type { Clock, Fetch } from './platform.ts';

/** How requests are made. */
export interface HttpClientOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Sent to hosts of `tokenOrigin` only, whatever redirects say. */
  readonly token?: string | undefined;
  readonly tokenOrigin: string;
  /** Milliseconds without a byte after which a connection is given up. */
  readonly idleTimeout: number;
}

/** An answer whose body has not been read. */
export interface OpenedResponse {
  /** Where it came from, after all redirects. */
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  /** Headers of the answers that led here. */
  readonly redirects: readonly Headers[];
  /** Whether a browser shows only those headers that the server names, since it is one of another origin (CORS). */
  readonly hidesHeaders: boolean;
  /** Parts of the body. Ends the connection when it is left early. */
  chunks(): AsyncGenerator<Uint8Array, void, undefined>;
  /** Ends the connection. */
  cancel(): void;
}

/** Makes GET requests and follows redirects. */
export interface HttpClient {
  /**
   * @throws {HttpError} for every status but 200 and 206
   * @throws `signal.reason` when aborted
   */
  open(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<OpenedResponse>;
}

const mostRedirects = 10;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** Creates a client over an injected `fetch`. */
export function createHttpClient({
  fetch,
  clock,
  token,
  tokenOrigin,
  idleTimeout,
}: HttpClientOptions): HttpClient {
  return {
    async open(start, headers, signal) {
      signal.throwIfAborted();
      const connection = new AbortController();
      const stop = () => connection.abort(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      const end = () => {
        signal.removeEventListener('abort', stop);
        connection.abort();
      };
      const watch = <T>(work: Promise<T>, url: string) => inTime(work, url, idleTimeout, connection);
      const redirects: Headers[] = [];
      let url = start;
      try {
        for (;;) {
          const own = new URL(url).origin === tokenOrigin && token !== undefined;
          const request = (redirect: 'manual' | 'follow') =>
            watch(
              fetch(url, {
                headers: own ? { ...headers, authorization: `Bearer ${token}` } : headers,
                redirect,
                signal: connection.signal,
              }),
              url,
            );
          let response = await request('manual');
          // Browsers do not show redirects; they drop the token themselves when one leads to another origin.
          if (response.type === 'opaqueredirect') response = await request('follow');
          if (!redirectStatuses.has(response.status)) {
            if (response.status !== 200 && response.status !== 206)
              throw statusError(url, response, clock.now());
            const { status } = response;
            const chunks = () => readChunks(response, url, watch, end, signal);
            return {
              url: response.url || url,
              status,
              headers: response.headers,
              redirects,
              hidesHeaders: response.type === 'cors',
              chunks,
              cancel: end,
            };
          }
          redirects.push(response.headers);
          url = redirectTarget(url, response.headers.get('location'), redirects.length);
          await response.body?.cancel().catch(() => {});
        }
      } catch (error) {
        end();
        signal.throwIfAborted();
        if (error instanceof HttpError) throw error;
        throw transient(url, `could not be reached: ${describe(error)}`, error);
      }
    },
  };
}

function redirectTarget(url: string, location: string | null, count: number): string {
  if (location === null || !URL.canParse(location, url)) {
    throw new HttpError('network', `${displayUrl(url)}: redirects to nowhere`);
  }
  if (count > mostRedirects)
    throw new HttpError('network', `${displayUrl(url)}: more than ${mostRedirects} redirects`);
  const target = new URL(location, url);
  const isAllowed = target.protocol === 'https:' || (target.protocol === 'http:' && url.startsWith('http:'));
  if (isAllowed) return target.href;
  throw new HttpError(
    'network',
    `${displayUrl(url)}: redirects to ${target.protocol}//, which is not followed`,
  );
}

async function* readChunks(
  response: Response,
  url: string,
  watch: <T>(work: Promise<T>, url: string) => Promise<T>,
  end: () => void,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = response.body?.getReader();
  try {
    while (reader !== undefined) {
      const { done, value } = await watch(reader.read(), url);
      if (done) return;
      yield value;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof HttpError ? error : transient(url, `broke off: ${describe(error)}`, error);
  } finally {
    end();
    reader?.cancel().catch(() => {});
  }
}

/** Ends the connection when a step of it takes too long. */
async function inTime<T>(
  work: Promise<T>,
  url: string,
  idleTimeout: number,
  connection: AbortController,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = transient(url, `nothing came for ${idleTimeout / 1000} s`);
      reject(error);
      connection.abort(error);
    }, idleTimeout);
  });
  work.catch(() => {}); // It may fail after the time is over.
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  return cause.message || ('code' in cause ? String(cause.code) : cause.name);
}
