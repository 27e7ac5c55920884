import { InvalidFileError } from '@llamella/spec';
import type { FileOptions } from './file-options.ts';
import type { TokenizerFiles } from './pack-tokenizer.ts';
import {
  arrayTypes,
  checksum,
  headerLength,
  type PackedOutline,
  packedMagic,
  packedVersion,
} from './packed-format.ts';
import { PackedTokens } from './packed-parts.ts';
import { unpackedMerges } from './unpack-merges.ts';
import { idLimit } from './vocabulary.ts';

/**
 * Gives back what `packTokenizer` packed, for `tokenizerFromJson` or `tokenizerFromGguf`. Large parts are in a form
 * of their own that only these two functions know: they are not for reading.
 *
 * @throws {InvalidFileError} when the bytes are damaged, of another version, or something else
 */
export function unpackTokenizer(bytes: Uint8Array, options: FileOptions = {}): TokenizerFiles {
  const reader: PackedReader = new PackedReader(bytes, options.name ?? 'packed tokenizer');
  const outline = reader.outline();
  const { json, config, metadata } = outline;
  const tokens = outline.tokens === undefined ? undefined : reader.tokens();
  const merges = outline.merges ? unpackedMerges(reader.merges(tokens?.length ?? 0)) : undefined;
  if (isRecord(metadata)) {
    const unpacked: Record<string, unknown> = { ...metadata };
    if (tokens) unpacked['tokenizer.ggml.tokens'] = tokens;
    if (merges) unpacked['tokenizer.ggml.merges'] = merges;
    for (const [key, type] of outline.arrays ?? []) unpacked[key] = reader.array(type);
    return { metadata: unpacked };
  }
  if (!isRecord(json) || (tokens && !isRecord(json.model))) reader.fail('it has no tokenizer');
  if (!tokens) return { tokenizerJson: json, tokenizerConfig: config };
  const scores = outline.tokens === 'scored' ? reader.array('Float64Array') : undefined;
  if (scores && scores.length !== tokens.length)
    reader.fail(`${scores.length} scores for ${tokens.length} tokens`);
  const vocab = scores ? tokens.map((token, id) => [token, scores[id]]) : new PackedTokens(tokens);
  const model = { ...(json.model as object), vocab, ...(merges ? { merges } : {}) };
  return { tokenizerJson: { ...json, model }, tokenizerConfig: config };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class PackedReader {
  readonly #bytes: Uint8Array;
  readonly #file: string;
  #at = headerLength;

  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes;
    this.#file = file;
    if (bytes.length < headerLength) this.fail(`${bytes.length} bytes are too few`, 0);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const [magic, version, sum, length] = [0, 4, 8, 12].map((offset) => view.getUint32(offset, true));
    if (magic !== packedMagic) this.fail('this is no packed tokenizer', 0);
    if (version !== packedVersion)
      this.fail(`version ${version}, expected ${packedVersion}: pack it again`, 4);
    const rest = bytes.subarray(headerLength);
    if (length !== rest.length) this.fail(`${rest.length} bytes follow the header, expected ${length}`, 12);
    if (checksum(rest) !== sum) this.fail('the checksum is wrong: the file is damaged', 8);
  }

  fail(problem: string, offset = this.#at): never {
    throw new InvalidFileError({ file: this.#file, offset }, problem);
  }

  outline(): PackedOutline {
    const at = this.#at;
    try {
      const outline: unknown = JSON.parse(new TextDecoder().decode(this.#take()));
      if (isRecord(outline) && isOutline(outline)) return outline;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    return this.fail('the outline cannot be read', at);
  }

  tokens(): (string | undefined)[] {
    const size = this.#number(idLimit);
    const present = this.#number(Math.min(size, this.#bytes.length - this.#at));
    const lengths = new Int32Array(2 * present);
    for (let i = 0; i < lengths.length; i += 2) {
      const length = this.#number(2 ** 31);
      lengths[i] = length >>> 1;
      lengths[i + 1] = length & 1 ? this.#number(size) : 0;
    }
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.#take());
    const tokens: (string | undefined)[] = [];
    let at = 0;
    for (let i = 0; i < lengths.length; i += 2) {
      if (tokens.length + lengths[i + 1]! >= size) this.fail(`more than ${size} tokens`);
      for (let hole = lengths[i + 1]!; hole > 0; hole--) tokens.push(undefined);
      tokens.push(text.slice(at, at + lengths[i]!));
      at += lengths[i]!;
    }
    if (at !== text.length) this.fail(`tokens of ${at} units in a text of ${text.length}`);
    if (tokens.length !== size) this.fail(`${tokens.length} tokens, expected ${size}`);
    return tokens;
  }

  merges(size: number): Int32Array {
    const count = this.#number((this.#bytes.length - this.#at) / 3);
    const ids = new Int32Array(3 * count);
    let merged = 0;
    for (let i = 0; i < ids.length; i += 3) {
      ids[i] = this.#number(size - 1);
      ids[i + 1] = this.#number(size - 1);
      const step = this.#number(2 ** 32);
      merged += (step >>> 1) ^ -(step & 1);
      if (merged < 0 || merged >= size) this.fail(`a merge makes token ${merged}, there are ${size}`);
      ids[i + 2] = merged;
    }
    return ids;
  }

  array(type: keyof typeof arrayTypes): ArrayLike<number> {
    const bytes = this.#take().slice();
    const Type = arrayTypes[type];
    const width = Type.BYTES_PER_ELEMENT;
    if (bytes.length % width !== 0) this.fail(`${bytes.length} bytes of numbers with ${width} each`);
    return new Type(bytes.buffer);
  }

  /** A length and as many bytes. */
  #take(): Uint8Array {
    const length = this.#number(2 ** 32);
    if (length > this.#bytes.length - this.#at) this.fail(`${length} bytes are beyond the end`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #number(limit: number): number {
    const at = this.#at;
    let value = 0;
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) this.fail('the file ends too early', at);
      value += (byte & 0x7f) * scale;
      if (byte > 0x7f) continue;
      if (value > limit) this.fail(`${value} is more than ${limit}`, at);
      return value;
    }
    return this.fail('a number of more than 5 bytes', at);
  }
}

function isOutline(outline: Record<string, unknown>): boolean {
  const { tokens, arrays = [] } = outline;
  return (
    [undefined, 'byId', 'scored', 'list'].includes(tokens as string) &&
    Array.isArray(arrays) &&
    arrays.every(
      (entry) =>
        Array.isArray(entry) &&
        typeof entry[0] === 'string' &&
        entry[0].startsWith('tokenizer.ggml.') &&
        Object.hasOwn(arrayTypes, entry[1]),
    )
  );
}
