import { readFileSync } from 'node:fs';
import type { StoredDataType } from '../src/safetensors/stored-tensor.ts';
import { floats, fromBase64 } from './golden-files.ts';
import type { StoredData } from './stored-layer.ts';

interface Case {
  readonly name: string;
  readonly configuration: Record<string, unknown>;
  readonly tensors: Readonly<Record<string, readonly [StoredDataType, readonly number[], string]>>;
  readonly decoded: string;
  readonly source?: 'weights' | 'mixed';
}

const golden: {
  readonly shape: readonly [number, number];
  readonly weights: string;
  readonly mixed: string;
  readonly cases: readonly Case[];
} = JSON.parse(readFileSync(new URL('golden/quantized.golden.json', import.meta.url), 'utf8'));

/** Layers as the tools store them, and the SHA-256 of what they decode to; `tooling/reference/quantized_golden.py` made them. */
export const cases: readonly Case[] = golden.cases;
export const shape: readonly [number, number] = golden.shape;
/** What the layers were made of. */
export const sources: Readonly<Record<'weights' | 'mixed', Float32Array>> = {
  weights: floats(fromBase64(golden.weights)),
  mixed: floats(fromBase64(golden.mixed)),
};

/** The tensors of a case, under the names of a module. */
export function tensorsOf({ tensors }: Case, module: string): Record<string, StoredData> {
  return Object.fromEntries(
    Object.entries(tensors).map(([suffix, [dataType, extents, data]]) => [
      `${module}.${suffix}`,
      { dataType, shape: extents, bytes: fromBase64(data) },
    ]),
  );
}

/** A case by its name. */
export function caseOf(name: string): Case {
  const found = cases.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return found;
}
