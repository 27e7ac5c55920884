import { readFileSync } from 'node:fs';
import type { ByteSource, TensorType } from '@llamella/spec';
import { bytesFromMemory } from '@llamella/weights';

const folder = new URL('./golden/', import.meta.url);

export function goldenBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, folder)));
}

export function goldenSource(name: string): ByteSource {
  return bytesFromMemory(goldenBytes(name), name);
}

interface FormatGolden {
  readonly bytes: string;
  readonly decoded: string;
  readonly encoded: string;
  readonly patternSha256?: string;
}

/** What gguf-py makes of the same bytes and values; `tooling/reference/gguf_golden.py` wrote it. */
export const formats: {
  readonly shape: readonly number[];
  readonly encodeShape: readonly number[];
  readonly values: string;
  readonly types: Readonly<Record<string, FormatGolden>>;
  readonly allFloat16Sha256: string;
  readonly roundedFloat16Sha256: string;
} = JSON.parse(readFileSync(new URL('formats.golden.json', folder), 'utf8'));

/** Tensors of `tiny.gguf` and the SHA-256 of their values as float32. */
export const tiny: Readonly<
  Record<string, { readonly type: TensorType; readonly shape: readonly number[]; readonly sha256: string }>
> = JSON.parse(readFileSync(new URL('tiny.golden.json', folder), 'utf8'));

export function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

export function floats(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}

export function rawBytes(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
