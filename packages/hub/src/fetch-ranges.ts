import { createAttempts } from './attempts.ts';
import type { BlobRequest } from './blob-request.ts';
import type { DownloadContext } from './download-context.ts';
import type { OpenedResponse } from './http-client.ts';
import { HttpError, transient } from './http-error.ts';
import { type Journal, lengthOfRange } from './journal.ts';
import type { StoredFile } from './platform.ts';
import { checkIdentity, checkRange, checkWholeLength, RangeIgnoredError } from './range-response.ts';
import { writeChunks } from './write-chunks.ts';

/** Bytes of a file on their way to a place. */
export interface Transfer {
  readonly request: BlobRequest;
  readonly file: StoredFile;
  readonly journal: Journal;
  /** Told the number of new bytes. */
  readonly onBytes: (count: number) => void;
}

/**
 * Downloads all bytes that are missing, several ranges at once. The first one goes ahead alone, since it shows
 * whether the server sends ranges at all; when it does not, the whole file comes in one stream.
 */
export async function fetchRanges(
  transfer: Transfer,
  context: DownloadContext,
  outerSignal: AbortSignal,
): Promise<void> {
  const { request, journal } = transfer;
  const missing = journal.present
    .map((present, range) => ({
      range,
      missing: lengthOfRange(range, request.size, journal.rangeBytes) - present,
    }))
    .filter((item) => item.missing > 0)
    .map(({ range }) => range);
  if (missing.length === 0) return;
  const failure = new AbortController();
  const signal = AbortSignal.any([outerSignal, failure.signal]);
  const origin = createOrigin(request.url, context);
  const worker = async (onAccepted?: () => void) => {
    for (let range = missing.shift(); range !== undefined; range = missing.shift()) {
      await fetchRange(range, transfer, origin, context, signal, onAccepted);
      onAccepted?.();
    }
  };
  const accepted = Promise.withResolvers<void>();
  const first = worker(accepted.resolve);
  const others = accepted.promise.then(() =>
    Promise.all(Array.from({ length: context.connections - 1 }, () => worker())),
  );
  try {
    await Promise.race([first, accepted.promise]);
    await Promise.all([first, others]);
  } catch (error) {
    failure.abort(error);
    accepted.resolve();
    await Promise.allSettled([first, others]);
    outerSignal.throwIfAborted();
    if (!(error instanceof RangeIgnoredError)) throw error;
    await fetchWhole(transfer, context, outerSignal);
  }
}

/** Keeps the address that redirects led to, which saves a request per range, until it is refused. */
function createOrigin(url: string, { client }: DownloadContext) {
  let target: string | undefined;
  return {
    async open(headers: Record<string, string>, signal: AbortSignal): Promise<OpenedResponse> {
      if (target !== undefined) {
        const known = target;
        try {
          return await client.open(known, headers, signal);
        } catch (error) {
          if (!(error instanceof HttpError)) throw error;
          // Browsers do not show a refusal by a server that does not name their page in it.
          const isExpired = error.status >= 400 && error.status < 500 && !error.isTransient;
          if ((isExpired || error.status === 0) && target === known) target = undefined;
          if (!isExpired) throw error;
        }
      }
      const response = await client.open(url, headers, signal);
      // A browser that follows redirects shows nothing of them but this.
      if (response.redirects.length > 0 || response.url !== new URL(url).href) target = response.url;
      return response;
    },
  };
}

async function fetchRange(
  range: number,
  { request, file, journal, onBytes }: Transfer,
  origin: ReturnType<typeof createOrigin>,
  { clock, maximumAttempts }: DownloadContext,
  signal: AbortSignal,
  onAccepted: (() => void) | undefined,
): Promise<void> {
  const attempts = createAttempts(maximumAttempts, clock);
  const length = lengthOfRange(range, request.size, journal.rangeBytes);
  const base = range * journal.rangeBytes;
  while (journal.present[range]! < length) {
    const start = base + journal.present[range]!;
    const end = base + length;
    try {
      const response = await origin.open(rangeHeaders(request, start, end), signal);
      try {
        checkRange(response, request, start, end);
        onAccepted?.();
        await writeChunks(response.chunks(), file, start, end, async (position) => {
          const bytes = position - base;
          onBytes(bytes - journal.present[range]!);
          await journal.note(range, bytes);
          attempts.reset();
        });
        if (journal.present[range]! < length)
          throw transient(response.url, `ended ${end - base - journal.present[range]!} bytes early`);
      } finally {
        response.cancel();
      }
    } catch (error) {
      await attempts.failed(error, signal);
    }
  }
}

function rangeHeaders({ validator }: BlobRequest, start: number, end: number): Record<string, string> {
  return {
    range: `bytes=${start}-${end - 1}`,
    ...(validator && start > 0 && { 'if-range': validator.value }),
  };
}

/** One stream from the start, as often as it takes; bytes that are there already are written again. */
async function fetchWhole(
  { request, file, journal, onBytes }: Transfer,
  { client, clock, maximumAttempts }: DownloadContext,
  signal: AbortSignal,
): Promise<void> {
  const attempts = createAttempts(maximumAttempts, clock);
  let farthest = 0;
  while (farthest < request.size) {
    try {
      const response = await client.open(request.url, { 'accept-encoding': 'identity' }, signal);
      try {
        checkIdentity(response, request);
        checkWholeLength(response, request);
        await writeChunks(response.chunks(), file, 0, request.size, async (position) => {
          if (position > farthest) attempts.reset();
          farthest = Math.max(farthest, position);
          onBytes(await notePrefix(journal, position, request.size));
        });
        if (farthest < request.size)
          throw transient(response.url, `ended ${request.size - farthest} bytes early`);
      } finally {
        response.cancel();
      }
    } catch (error) {
      await attempts.failed(error, signal);
    }
  }
}

/** Notes that the first `position` bytes are there. @returns how many of them are new */
async function notePrefix(journal: Journal, position: number, size: number): Promise<number> {
  let added = 0;
  const { rangeBytes, present } = journal;
  for (let range = Math.floor((position - 1) / rangeBytes); range >= 0; range--) {
    const bytes = Math.min(lengthOfRange(range, size, rangeBytes), position - range * rangeBytes);
    if (bytes <= present[range]!) {
      if (
        present[range] === lengthOfRange(range, size, rangeBytes) &&
        range < Math.floor((position - 1) / rangeBytes)
      )
        break;
      continue;
    }
    added += bytes - present[range]!;
    await journal.note(range, bytes);
  }
  return added;
}
