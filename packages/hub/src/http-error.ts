import { type ErrorCode, LlamellaError } from '@llamella/spec';

/** A response or connection that is not what was asked for. */
export class HttpError extends LlamellaError {
  /** HTTP status, 0 when there was no usable response. */
  readonly status: number;
  /** Whether the same request can succeed later. */
  readonly isTransient: boolean;
  /** Milliseconds that the server wants to be left alone. */
  readonly retryAfter: number | undefined;

  constructor(
    code: ErrorCode,
    text: string,
    { status = 0, isTransient = false, retryAfter, cause }: HttpErrorDetails = {},
  ) {
    super(code, text, cause === undefined ? {} : { cause });
    this.name = 'HttpError';
    this.status = status;
    this.isTransient = isTransient;
    this.retryAfter = retryAfter;
  }
}

interface HttpErrorDetails {
  readonly status?: number;
  readonly isTransient?: boolean;
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** Something about a response that may be different next time. */
export function transient(url: string, problem: string, cause?: unknown): HttpError {
  return new HttpError('network', `${displayUrl(url)}: ${problem}`, { isTransient: true, cause });
}

/** A URL without what may be secret in it: the query, in which links are signed. */
export function displayUrl(url: string): string {
  return url.replace(/[?#].*$/s, '');
}

/** Describes a response that is not a success. @param now milliseconds since 1970 */
export function statusError(url: string, response: Response, now: number): HttpError {
  const { status, headers } = response;
  const reason = headers.get('x-error-message')?.slice(0, 300);
  const said = `${displayUrl(url)}: the server answered ${status}${reason ? ` (${reason})` : ''}`;
  const gated = headers.get('x-error-code') === 'GatedRepo';
  if (gated || status === 403) {
    const advice = gated
      ? 'accept the conditions on its page and give a token of your account (HF_TOKEN)'
      : 'the token may not be allowed to read it';
    return new HttpError('access', `${said}; ${advice}`, { status });
  }
  if (status === 401) {
    const advice =
      'it does not exist, or is private: check the name, and give a token that may read it (HF_TOKEN)';
    return new HttpError('access', `${said}; ${advice}`, { status });
  }
  if (status === 404 || status === 410) return new HttpError('not-found', said, { status });
  const isTransient = status === 408 || status === 425 || status === 429 || status >= 500;
  const retryAfter = isTransient ? readRetryAfter(headers, now) : undefined;
  return new HttpError('network', said, { status, isTransient, retryAfter });
}

/**
 * How long to wait, in milliseconds: `Retry-After` in seconds or as a date (RFC 9110 §10.2.3), or the time until the
 * window of `RateLimit` ends (draft-ietf-httpapi-ratelimit-headers), which the Hub sends.
 */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = text === '' ? Number.NaN : Date.parse(text);
  if (!Number.isNaN(date)) return Math.max(0, date - now);
  const window = /(?:^|;)\s*t=(\d{1,6})/.exec(headers.get('ratelimit') ?? '')?.[1];
  return window === undefined ? undefined : Number(window) * 1000;
}
