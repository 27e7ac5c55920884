import type { TensorType } from '@llamella/spec';
import type { BlockSize, LinearForm } from '../linear-form.ts';
import type { LinearRole, WeightLayout } from './profile.ts';

/** What becomes of a type: bits of a packed weight and, where weights move, by how much. */
interface ScaledKind {
  readonly bits: 4 | 8;
  readonly integers: boolean;
  /** As in `TensorFidelity.bound`. */
  readonly bound: number;
}

/** Types that may have scales behind their elements; E2M1 doubled is a small integer. */
const kinds: Partial<Record<TensorType, ScaledKind>> = {
  F8_E4M3: { bits: 8, integers: true, bound: 1 / 16 },
  F8_E5M2: { bits: 8, integers: true, bound: 1 / 32 },
  F4_E2M1: { bits: 8, integers: false, bound: 0 },
  U4: { bits: 4, integers: false, bound: 0 },
  U8: { bits: 8, integers: false, bound: 0 },
};

/** Types of `TensorInfo.scaleBlock`. */
export const scaledTypes = Object.keys(kinds) as TensorType[];

/** Shortest block of `MatMulNBits`. */
const SHORTEST_BLOCK = 16;
/** Integers with units of their own: longer blocks would round more of them. */
const LONGEST_INTEGER_BLOCK = 32;

/**
 * How weights with scales behind them are multiplied: in the longest blocks up to `longest` that divide the row and the
 * columns that share a scale; as float32 where only blocks shorter than 16 would.
 *
 * @returns `undefined` for types that are none of these
 */
export function scaledForm(
  type: TensorType,
  role: LinearRole,
  layout: WeightLayout | undefined,
  longest: BlockSize,
): LinearForm | undefined {
  const kind = kinds[type];
  if (kind === undefined) return undefined;
  const inputs = layout?.shape.at(-1) ?? 0;
  const columns = layout?.scaleBlock?.[1] ?? inputs;
  const common = columns < inputs ? inputs | columns : inputs;
  // The lowest bit of both is the largest power of two that divides both.
  const most = Math.min(common & -common, kind.integers ? LONGEST_INTEGER_BLOCK : longest, longest);
  const ordered = layout?.inputOrder !== undefined && role === 'embedding';
  if (most < SHORTEST_BLOCK || ordered) return { kind: 'float' };
  const blockSize = most as BlockSize;
  return {
    ...{ kind: 'blocks', bits: kind.bits, blockSize, scaleLength: blockSize },
    ...{ accuracyLevel: 4, minimums: 'none', bound: kind.bound },
    ...(layout?.zeroPoints === true && { zeroPoints: true }),
    ...(kind.integers && { integers: true }),
  };
}
