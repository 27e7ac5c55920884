import { readFileSync } from 'node:fs';

/** One vector of logits and what the reference makes of it, as `tooling/reference/sampler_golden.py` writes it. */
interface StoredCase {
  readonly logits: string;
  readonly tokens: string;
  readonly topK: Record<string, string>;
  readonly topP: Record<string, string>;
  readonly minP: Record<string, string>;
  readonly temperature: Record<string, string>;
  readonly repetition: Record<string, string>;
  readonly logprobs: [number, number][];
  readonly chain: [number, number][];
}

const file = new URL('./golden/steps.json', import.meta.url);
const stored = JSON.parse(readFileSync(file, 'utf8')) as { cases: Record<string, StoredCase> };

export const goldenCases: [string, StoredCase][] = Object.entries(stored.cases);

function bytesOf(base64: string): ArrayBuffer {
  return new Uint8Array(Buffer.from(base64, 'base64')).buffer;
}

export const floats = (base64: string): Float32Array => new Float32Array(bytesOf(base64));
export const integers = (base64: string): Uint32Array => new Uint32Array(bytesOf(base64));

/** Ids whose bit is set in a map of one bit per token. */
export function idsOf(base64: string): number[] {
  const bits = new Uint8Array(bytesOf(base64));
  return Array.from({ length: bits.length * 8 }, (_, id) => id).filter(
    (id) => (bits[id >> 3]! >> (id & 7)) & 1,
  );
}
