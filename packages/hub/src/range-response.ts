import { LlamellaError } from '@llamella/spec';
import type { BlobRequest } from './blob-request.ts';
import { parseContentRange, parseLength } from './content-range.ts';
import type { OpenedResponse } from './http-client.ts';
import { displayUrl, HttpError, transient } from './http-error.ts';

/** The server answered with the whole file where a part was asked for. */
export class RangeIgnoredError extends LlamellaError {
  constructor(url: string) {
    super('network', `${displayUrl(url)}: the server does not send parts of a file`);
    this.name = 'RangeIgnoredError';
  }
}

/** The file on the server is another one than before. */
export class FileChangedError extends HttpError {
  constructor(url: string, problem: string) {
    super('network', `${displayUrl(url)}: the file has changed on the server: ${problem}`);
    this.name = 'FileChangedError';
  }
}

/**
 * Checks that an answer holds bytes `start` to `end`, `end` excluded, of the file that is expected.
 *
 * @throws {RangeIgnoredError} for a whole file, unless all of it was asked for
 * @throws {FileChangedError} when sizes, ETags or hashes differ
 * @throws {HttpError} transient for a range that was not asked for
 */
export function checkRange(response: OpenedResponse, request: BlobRequest, start: number, end: number): void {
  const { url, status, headers, hidesHeaders } = response;
  checkIdentity(response, request);
  const length = parseLength(headers.get('content-length'));
  if (status === 200) {
    if (start !== 0 || end !== request.size) throw new RangeIgnoredError(url);
    checkWholeLength(response, request);
    return;
  }
  const text = headers.get('content-range');
  if (text === null && hidesHeaders) {
    if (length === undefined || length <= end - start) return;
    throw transient(url, `asked for ${end - start} bytes, got ${length}`);
  }
  const range = parseContentRange(text);
  if (range === undefined) throw transient(url, 'a part of the file came without a usable Content-Range');
  if (range.total !== undefined && range.total !== request.size) {
    throw new FileChangedError(url, `${range.total} bytes instead of ${request.size}`);
  }
  if (range.first !== start || range.last >= end) {
    throw transient(url, `asked for bytes ${start}-${end - 1}, got ${range.first}-${range.last}`);
  }
  if (length !== undefined && length !== range.last - range.first + 1) {
    throw transient(url, `Content-Length ${length} contradicts Content-Range ${range.first}-${range.last}`);
  }
}

/** Checks the length that a whole file is said to have. A compressed one says nothing about that. */
export function checkWholeLength({ url, headers, hidesHeaders }: OpenedResponse, request: BlobRequest): void {
  if (hidesHeaders) return;
  const encoding = headers.get('content-encoding') ?? 'identity';
  const length = parseLength(headers.get('content-length'));
  if (encoding === 'identity' && length !== undefined && length !== request.size) {
    throw new FileChangedError(url, `${length} bytes instead of ${request.size}`);
  }
}

/** Checks what the Hub says about the file in the headers of its redirect, and what other servers say in `ETag`. */
export function checkIdentity(response: OpenedResponse, { hash, validator }: BlobRequest): void {
  const { url, headers } = response;
  for (const all of [...response.redirects, headers]) {
    const linked = all.get('x-linked-etag')?.replace(/^W\/|"/g, '');
    const isComparable = linked !== undefined && hash !== undefined && linked.length === hash.hex.length;
    if (isComparable && linked !== hash.hex)
      throw new FileChangedError(url, `its hash is ${linked}, not ${hash.hex}`);
  }
  const value = validator && headers.get(validator.header);
  if (validator && value && value !== validator.value) {
    throw new FileChangedError(url, `${validator.header} is ${value}, not ${validator.value}`);
  }
}
