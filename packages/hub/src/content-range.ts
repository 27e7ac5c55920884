/** What a `Content-Range` says: bytes `first` to `last`, both included, of `total`. */
export interface ContentRange {
  readonly first: number;
  readonly last: number;
  /** `undefined` when the server does not know. */
  readonly total: number | undefined;
}

/** Reads `bytes first-last/total` (RFC 9110 §14.4); `undefined` for anything else. */
export function parseContentRange(text: string | null): ContentRange | undefined {
  const match = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/i.exec(text?.trim() ?? '');
  if (match === null) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2]);
  const total = match[3] === '*' ? undefined : Number(match[3]);
  const isSafe = [first, last, total ?? 0].every(Number.isSafeInteger);
  return isSafe && first <= last && (total === undefined || last < total)
    ? { first, last, total }
    : undefined;
}

/** Reads a header that is a number of bytes; `undefined` when it is absent or not one. */
export function parseLength(text: string | null): number | undefined {
  if (text === null || !/^\d{1,16}$/.test(text.trim())) return undefined;
  const length = Number(text);
  return Number.isSafeInteger(length) ? length : undefined;
}
