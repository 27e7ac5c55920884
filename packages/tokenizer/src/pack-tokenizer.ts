import { InvalidArgumentError } from '@llamella/spec';
import {
  arrayTypes,
  checksum,
  headerLength,
  type PackedOutline,
  packedMagic,
  packedVersion,
} from './packed-format.ts';

/** The files that describe a tokenizer: a tokenizer.json with or without its configuration, or GGUF metadata. */
export interface TokenizerFiles {
  /** Parsed tokenizer.json. */
  readonly tokenizerJson?: unknown;
  /** Parsed tokenizer_config.json. */
  readonly tokenizerConfig?: unknown;
  /** Metadata of a GGUF file by key. */
  readonly metadata?: Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;
}

/**
 * Packs the description of a tokenizer, which `unpackTokenizer` gives back: a third of the size of tokenizer.json and
 * several times faster to start from. Of GGUF metadata, keys that start with `tokenizer.ggml.` are kept.
 *
 * Descriptions are not checked: what is wrong in one still is after unpacking.
 *
 * @throws {InvalidArgumentError} without a tokenizer.json or metadata
 */
export function packTokenizer(files: TokenizerFiles): Uint8Array {
  const { tokenizerJson, tokenizerConfig, metadata } = files;
  if (isRecord(metadata)) return packMetadata(metadata);
  if (!isRecord(tokenizerJson)) {
    throw new InvalidArgumentError('files', 'needs tokenizerJson, an object, or metadata');
  }
  const { model, ...rest } = tokenizerJson;
  const config = tokenizerConfig === undefined ? {} : { config: tokenizerConfig };
  const whole = () => pack({ json: tokenizerJson, ...config });
  if (!isRecord(model)) return whole();
  const { vocab, merges, ...others } = model;
  const scored = Array.isArray(vocab);
  const tokens = scored ? tokensOfPairs(vocab) : tokensOfRecord(vocab);
  const type = scored ? tokens && 'scored' : tokens && isPairModel(model) && 'byId';
  if (!tokens || !type) return whole();
  const ids = scored ? undefined : mergeIds(merges, tokens);
  const left = { ...others, ...(ids || merges === undefined ? {} : { merges }) };
  const outline: PackedOutline = { json: { ...rest, model: left }, ...config, tokens: type };
  const scores = scored ? [Float64Array.from(vocab as [string, number][], ([, score]) => score)] : [];
  return pack({ ...outline, ...(ids ? { merges: true } : {}) }, tokens, ids, scores);
}

type ArrayTypeName = keyof typeof arrayTypes;
const arrayTypeNames = Object.keys(arrayTypes) as ArrayTypeName[];

function packMetadata(metadata: NonNullable<TokenizerFiles['metadata']>): Uint8Array {
  const entries = metadata instanceof Map ? [...metadata] : Object.entries(metadata);
  const json: Record<string, unknown> = {};
  const arrays: [string, ArrayTypeName][] = [];
  const views: ArrayBufferView[] = [];
  let tokens: string[] | undefined;
  let merges: unknown;
  for (const [key, value] of entries as [string, unknown][]) {
    if (!key.startsWith('tokenizer.ggml.')) continue;
    const type = arrayTypeNames.find((name) => value instanceof arrayTypes[name]);
    if (type) {
      arrays.push([key, type]);
      views.push(value as ArrayBufferView);
    } else if (key === 'tokenizer.ggml.tokens' && isStrings(value)) tokens = value;
    else if (key === 'tokenizer.ggml.merges') merges = value;
    else json[key] = ArrayBuffer.isView(value) ? Array.from(value as BigInt64Array) : value;
  }
  const ids = tokens && mergeIds(merges, tokens);
  if (!ids && merges !== undefined) json['tokenizer.ggml.merges'] = merges;
  const flags = { ...(tokens ? { tokens: 'list' as const } : {}), ...(ids ? { merges: true } : {}) };
  return pack({ metadata: json, ...flags, arrays }, tokens, ids, views);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string' && entry.isWellFormed());
}

/** Whether merges make the text of both tokens together. */
function isPairModel(model: Record<string, unknown>): boolean {
  return (model.type ?? 'BPE') === 'BPE' && !model.continuing_subword_prefix;
}

/** @returns nothing when the reader of tokenizer.json has to see the file as it is */
function tokensOfRecord(vocab: unknown): (string | undefined)[] | undefined {
  if (!isRecord(vocab)) return undefined;
  const entries = Object.entries(vocab) as [string, number][];
  const limit = 4 * entries.length + 1024;
  const tokens: (string | undefined)[] = [];
  for (const [token, id] of entries) {
    if (!(Number.isInteger(id) && id >= 0 && id < limit) || !token.isWellFormed()) return undefined;
    while (tokens.length <= id) tokens.push(undefined);
    if (tokens[id] !== undefined) return undefined;
    tokens[id] = token;
  }
  return tokens;
}

function tokensOfPairs(vocab: readonly unknown[]): string[] | undefined {
  const isPair = (entry: unknown) =>
    Array.isArray(entry) && entry.length === 2 && isStrings([entry[0]]) && typeof entry[1] === 'number';
  return vocab.every(isPair) ? (vocab as [string, number][]).map(([token]) => token) : undefined;
}

function mergeIds(merges: unknown, tokens: readonly (string | undefined)[]): Int32Array | undefined {
  if (!Array.isArray(merges)) return undefined;
  const idOf = new Map<string, number>();
  for (const [id, token] of tokens.entries()) {
    if (token === undefined) continue;
    if (idOf.has(token)) return undefined;
    idOf.set(token, id);
  }
  const ids = new Int32Array(3 * merges.length);
  for (const [rank, merge] of merges.entries()) {
    const parts: unknown = typeof merge === 'string' ? merge.split(' ') : merge;
    if (!Array.isArray(parts) || parts.length !== 2 || !parts[0] || !parts[1]) return undefined;
    for (const [i, token] of [parts[0], parts[1], parts[0] + parts[1]].entries()) {
      const id = idOf.get(token as string);
      if (id === undefined) return undefined;
      ids[3 * rank + i] = id;
    }
  }
  return ids;
}

function pack(
  outline: PackedOutline,
  tokens?: readonly (string | undefined)[],
  merges?: Int32Array,
  views: readonly ArrayBufferView[] = [],
): Uint8Array {
  const encoder = new TextEncoder();
  const chunks: Uint8Array[] = [];
  const numbers = (values: Iterable<number>) => chunks.push(writeVarints(values));
  const bytes = (value: Uint8Array) => {
    numbers([value.length]);
    chunks.push(value);
  };
  bytes(
    encoder.encode(
      JSON.stringify(outline, (_, value) => (typeof value === 'bigint' ? Number(value) : value)),
    ),
  );
  if (tokens) {
    const present = tokens.filter((token) => token !== undefined);
    numbers([tokens.length, present.length]);
    const lengths: number[] = [];
    let hole = 0;
    for (const token of tokens) {
      if (token === undefined) hole++;
      else {
        lengths.push(2 * token.length + (hole > 0 ? 1 : 0));
        if (hole > 0) lengths.push(hole);
        hole = 0;
      }
    }
    numbers(lengths);
    bytes(encoder.encode(present.join('')));
  }
  if (merges) {
    // The third id mostly is that of the merge before or the one after it.
    const packed = merges.slice();
    for (let i = 2; i < merges.length; i += 3) {
      const step = merges[i]! - (i > 2 ? merges[i - 3]! : 0);
      packed[i] = (step << 1) ^ (step >> 31);
    }
    numbers([merges.length / 3]);
    numbers(packed);
  }
  for (const view of views) bytes(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return withHeader(chunks);
}

function writeVarints(values: Iterable<number>): Uint8Array {
  let bytes = new Uint8Array(1024);
  let length = 0;
  for (let value of values) {
    if (length + 5 > bytes.length) {
      const larger = new Uint8Array(2 * bytes.length);
      larger.set(bytes);
      bytes = larger;
    }
    for (; value > 0x7f; value >>>= 7) bytes[length++] = (value & 0x7f) | 0x80;
    bytes[length++] = value;
  }
  return bytes.subarray(0, length);
}

function withHeader(chunks: readonly Uint8Array[]): Uint8Array {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const packed = new Uint8Array(headerLength + length);
  let at = headerLength;
  for (const chunk of chunks) {
    packed.set(chunk, at);
    at += chunk.length;
  }
  const header = [packedMagic, packedVersion, checksum(packed.subarray(headerLength)), length];
  const view = new DataView(packed.buffer);
  for (const [i, word] of header.entries()) view.setUint32(4 * i, word, true);
  return packed;
}
