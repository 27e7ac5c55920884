import type { TensorType } from '@llamella/spec';
import { iq2sLayout, iq2xsLayout, iq2xxsLayout, iq3sLayout, iq3xxsLayout } from './encode-iq.ts';
import { encodeIq1M, encodeIq1S } from './encode-iq1.ts';
import { encodeOnGrid, type WeightedEncode } from './encode-on-grid.ts';

/** Apart from the formats, so that who only reads has no use for them. */
const makers: Partial<Record<TensorType, () => WeightedEncode>> = {
  IQ1_S: () => encodeIq1S,
  IQ1_M: () => encodeIq1M,
  IQ2_XXS: () => encodeOnGrid(iq2xxsLayout()),
  IQ2_XS: () => encodeOnGrid(iq2xsLayout()),
  IQ2_S: () => encodeOnGrid(iq2sLayout()),
  IQ3_XXS: () => encodeOnGrid(iq3xxsLayout()),
  IQ3_S: () => encodeOnGrid(iq3sLayout()),
};
const made = new Map<TensorType, WeightedEncode>();

/** The quantizer of a type that searches a grid, weighing errors by the importance of inputs. */
export function weightedEncoder(type: TensorType): WeightedEncode | undefined {
  const known = made.get(type);
  if (known !== undefined) return known;
  const encode = makers[type]?.();
  if (encode !== undefined) made.set(type, encode);
  return encode;
}

/** Whether ggml quantizes to a type only with importance. */
export function needsImportance(type: TensorType): boolean {
  return type === 'IQ1_S' || type === 'IQ2_XXS' || type === 'IQ2_XS';
}

/** Whether ggml's quantizer of a type that is encoded without importance here would use it. */
export function wouldUseImportance(type: TensorType): boolean {
  return /^(Q[45]_[01]|Q[2-6]_K|IQ4_.*)$/.test(type);
}
