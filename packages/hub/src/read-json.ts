import { InvalidFileError } from '@llamella/spec';
import { createAttempts } from './attempts.ts';
import type { HttpClient } from './http-client.ts';
import { displayUrl } from './http-error.ts';
import type { Clock } from './platform.ts';

const maximumBytes = 64 * 2 ** 20;

/**
 * Reads a JSON document, with retries.
 *
 * @returns its value, and the URL of the next page when there is one
 * @throws {HttpError} when the server refuses or fails
 * @throws {InvalidFileError} when it is not JSON, or larger than 64 MiB
 */
export async function readJson(
  url: string,
  { client, clock, maximumAttempts }: { client: HttpClient; clock: Clock; maximumAttempts: number },
  signal: AbortSignal,
): Promise<{ value: unknown; next: string | undefined }> {
  const attempts = createAttempts(maximumAttempts, clock);
  for (;;) {
    try {
      const response = await client.open(url, { accept: 'application/json' }, signal);
      const decoder = new TextDecoder();
      let text = '';
      let length = 0;
      for await (const chunk of response.chunks()) {
        length += chunk.length;
        if (length > maximumBytes) throw invalid(url, `more than ${maximumBytes} bytes`);
        text += decoder.decode(chunk, { stream: true });
      }
      return { value: parse(text + decoder.decode(), url), next: nextPage(response.headers, response.url) };
    } catch (error) {
      await attempts.failed(error, signal);
    }
  }
}

function parse(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(url, `the answer is not JSON: ${(cause as Error).message}`, cause);
  }
}

/** The next page that a `Link` header names (RFC 8288); only of the same host. */
function nextPage(headers: Headers, url: string): string | undefined {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(headers.get('link') ?? '')?.[1];
  if (target === undefined) return undefined;
  if (!URL.canParse(target, url) || new URL(target, url).origin !== new URL(url).origin) {
    throw invalid(url, 'the next page of the list is on another host');
  }
  return new URL(target, url).href;
}

function invalid(url: string, problem: string, cause?: unknown): InvalidFileError {
  return new InvalidFileError({ file: displayUrl(url) }, problem, cause === undefined ? {} : { cause });
}
