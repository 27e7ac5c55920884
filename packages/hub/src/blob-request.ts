import type { ContentHash } from './hub-file.ts';

/** A file to download, of which it is known what has to come. */
export interface BlobRequest {
  /** What errors and progress call it. */
  readonly name: string;
  readonly url: string;
  /** Bytes. */
  readonly size: number;
  /** Checked when all bytes are there. */
  readonly hash?: ContentHash | undefined;
  /** `ETag` or `Last-Modified` that every answer must carry, where there is no hash. */
  readonly validator?: Validator | undefined;
}

/** Says which version of a file an answer is about (RFC 9110 §8.8). */
export interface Validator {
  readonly header: 'etag' | 'last-modified';
  readonly value: string;
}

/** The validator of an answer; a weak `ETag` says nothing about single bytes and does not count. */
export function readValidator(headers: Headers): Validator | undefined {
  const etag = headers.get('etag');
  if (etag !== null && /^"[^"]*"$/.test(etag)) return { header: 'etag', value: etag };
  const modified = headers.get('last-modified');
  return modified === null ? undefined : { header: 'last-modified', value: modified };
}
