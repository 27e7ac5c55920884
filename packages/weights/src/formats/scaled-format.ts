import type { TensorType } from '@llamella/spec';
import { e2m1, e4m3, e5m2, type SmallFloat } from './small-floats.ts';

/**
 * A type of 4 or 8 bits whose scales, if any, lie behind the elements: `weight = (values[code] - zeroPoint) * scale`.
 * Layout: `TensorInfo.scaleBlock` of @llamella/spec.
 */
export interface ScaledFormat {
  readonly type: TensorType;
  readonly elementBits: 4 | 8;
  /** What each code stands for. */
  readonly values: Float32Array;
  /** Where no zero points are stored: the one of all weights. */
  readonly zeroPoint: number;
  /** The floating-point format of the elements; absent for unsigned codes. */
  readonly float?: SmallFloat;
}

const float = (type: TensorType, elementBits: 4 | 8, format: SmallFloat): ScaledFormat => ({
  ...{ type, elementBits, values: format.values, zeroPoint: 0, float: format },
});

const unsigned = (type: TensorType, elementBits: 4 | 8): ScaledFormat => ({
  type,
  elementBits,
  values: Float32Array.from({ length: 2 ** elementBits }, (_, code) => code),
  zeroPoint: 2 ** (elementBits - 1),
});

const formats: ReadonlyMap<TensorType, ScaledFormat> = new Map(
  [
    float('F8_E4M3', 8, e4m3),
    float('F8_E5M2', 8, e5m2),
    float('F4_E2M1', 4, e2m1),
    unsigned('U4', 4),
    unsigned('U8', 8),
  ].map((format) => [format.type, format]),
);

/** The format of a type that may have scales behind its elements, or `undefined` when it is none. */
export function scaledFormat(type: TensorType): ScaledFormat | undefined {
  return formats.get(type);
}
