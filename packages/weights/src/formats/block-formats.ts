import type { TensorType } from '@llamella/spec';
import type { BlockFormat } from './block-format.ts';
import { iq1_m } from './iq1-m.ts';
import { iq1_s } from './iq1-s.ts';
import { iq2_s } from './iq2-s.ts';
import { iq2_xs } from './iq2-xs.ts';
import { iq2_xxs } from './iq2-xxs.ts';
import { iq3_s } from './iq3-s.ts';
import { iq3_xxs } from './iq3-xxs.ts';
import { iq4_nl } from './iq4-nl.ts';
import { iq4_xs } from './iq4-xs.ts';
import { mxfp4 } from './mxfp4.ts';
import { nvfp4 } from './nvfp4.ts';
import { q1_0 } from './q1-0.ts';
import { q2_0 } from './q2-0.ts';
import { q2_k } from './q2-k.ts';
import { q3_k } from './q3-k.ts';
import { q4_0 } from './q4-0.ts';
import { q4_1 } from './q4-1.ts';
import { q4_k } from './q4-k.ts';
import { q5_0 } from './q5-0.ts';
import { q5_1 } from './q5-1.ts';
import { q5_k } from './q5-k.ts';
import { q6_k } from './q6-k.ts';
import { q8_0 } from './q8-0.ts';
import { tq1_0 } from './tq1-0.ts';
import { tq2_0 } from './tq2-0.ts';

const formats: ReadonlyMap<TensorType, BlockFormat> = new Map(
  [
    ...[q4_0, q4_1, q5_0, q5_1, q8_0, q2_k, q3_k, q4_k, q5_k, q6_k, iq4_nl, iq4_xs, tq1_0, tq2_0, mxfp4],
    ...[iq1_s, iq1_m, iq2_xxs, iq2_xs, iq2_s, iq3_xxs, iq3_s, nvfp4, q1_0, q2_0],
  ].map((format) => [format.type, format]),
);

/** The block format of a type, or `undefined` when it has none. */
export function blockFormat(type: TensorType): BlockFormat | undefined {
  return formats.get(type);
}
