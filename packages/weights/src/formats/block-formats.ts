import type { TensorType } from '@llamella/spec';
import type { BlockFormat } from './block-format.ts';
import { q4_0 } from './q4-0.ts';
import { q4_1 } from './q4-1.ts';
import { q5_0 } from './q5-0.ts';
import { q5_1 } from './q5-1.ts';
import { q8_0 } from './q8-0.ts';

const formats: ReadonlyMap<TensorType, BlockFormat> = new Map(
  [q4_0, q4_1, q5_0, q5_1, q8_0].map((format) => [format.type, format]),
);

/** The block format of a type, or `undefined` when it has none or this package cannot decode it. */
export function blockFormat(type: TensorType): BlockFormat | undefined {
  return formats.get(type);
}
