import type { TensorType } from '@llamella/spec';
import type { BlockEncode } from './block-format.ts';
import { iq2sLayout, iq2xsLayout, iq2xxsLayout, iq3sLayout, iq3xxsLayout } from './encode-iq.ts';
import { encodeIq1M, encodeIq1S } from './encode-iq1.ts';
import { encodeOnGrid } from './encode-on-grid.ts';
import { encodeIq4Nl } from './iq4-nl.ts';
import { encodeIq4Xs } from './iq4-xs.ts';
import { encodeMxfp4 } from './mxfp4.ts';
import { encodeNvfp4 } from './nvfp4.ts';
import { encodeQ1_0 } from './q1-0.ts';
import { encodeQ2_0 } from './q2-0.ts';
import { encodeQ2K } from './q2-k.ts';
import { encodeQ3K } from './q3-k.ts';
import { encodeQ4_0 } from './q4-0.ts';
import { encodeQ4_1 } from './q4-1.ts';
import { encodeQ4K } from './q4-k.ts';
import { encodeQ5_0 } from './q5-0.ts';
import { encodeQ5_1 } from './q5-1.ts';
import { encodeQ5K } from './q5-k.ts';
import { encodeQ6K } from './q6-k.ts';
import { encodeQ8_0 } from './q8-0.ts';
import { encodeTq1_0 } from './tq1-0.ts';
import { encodeTq2_0 } from './tq2-0.ts';

/** Apart from the formats, so that a program that only reads is bundled without them. */
const makers: Partial<Record<TensorType, () => BlockEncode>> = {
  Q4_0: () => encodeQ4_0,
  Q4_1: () => encodeQ4_1,
  Q5_0: () => encodeQ5_0,
  Q5_1: () => encodeQ5_1,
  Q8_0: () => encodeQ8_0,
  Q2_K: () => encodeQ2K,
  Q3_K: () => encodeQ3K,
  Q4_K: () => encodeQ4K,
  Q5_K: () => encodeQ5K,
  Q6_K: () => encodeQ6K,
  IQ4_NL: () => encodeIq4Nl,
  IQ4_XS: () => encodeIq4Xs,
  TQ1_0: () => encodeTq1_0,
  TQ2_0: () => encodeTq2_0,
  MXFP4: () => encodeMxfp4,
  NVFP4: () => encodeNvfp4,
  Q1_0: () => encodeQ1_0,
  Q2_0: () => encodeQ2_0,
  IQ1_S: () => encodeIq1S,
  IQ1_M: () => encodeIq1M,
  IQ2_XXS: () => encodeOnGrid(iq2xxsLayout()),
  IQ2_XS: () => encodeOnGrid(iq2xsLayout()),
  IQ2_S: () => encodeOnGrid(iq2sLayout()),
  IQ3_XXS: () => encodeOnGrid(iq3xxsLayout()),
  IQ3_S: () => encodeOnGrid(iq3sLayout()),
};
const made = new Map<TensorType, BlockEncode>();

/** The quantizer of a block type. Those of IQ1, IQ2 and IQ3 weigh errors by the importance of inputs. */
export function blockEncoder(type: TensorType): BlockEncode | undefined {
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
