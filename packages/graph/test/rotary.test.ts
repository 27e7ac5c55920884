import { readFileSync } from 'node:fs';
import { rotaryFrequencies, rotaryTables } from '@llamella/graph';
import type { RopeScaling } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { describeCheckpoint } from './checkpoint.ts';

interface GoldenCase {
  readonly name: string;
  readonly headSize: number;
  readonly rotarySize?: number;
  readonly contextLength?: number;
  /** Where they are not those of all cases; the last one is the end of the context that frequencies are for. */
  readonly positions?: readonly number[];
  readonly ropeTheta: number;
  readonly ropeScaling: RopeScaling;
  readonly frequencies: readonly number[];
  readonly cosines: readonly (readonly number[])[];
  readonly sines: readonly (readonly number[])[];
}

interface Golden {
  readonly positions: readonly number[];
  readonly cases: readonly GoldenCase[];
}

const file = new URL('golden/rotary.golden.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;

/** Half a unit in the last place of float32, relative. */
const HALF_UNIT = 2 ** -24;

/** JSON has arrays where the configuration has typed arrays. */
function withArrays(scaling: RopeScaling): RopeScaling {
  return Object.fromEntries(
    Object.entries(scaling).map(([key, value]) => [
      key,
      Array.isArray(value) ? Float32Array.from(value) : value,
    ]),
  ) as unknown as RopeScaling;
}

describe.each(golden.cases)('rotary positions: $name', (each) => {
  const { rotarySize = each.headSize, positions = golden.positions } = each;
  const half = rotarySize / 2;
  const length = positions.at(-1)! + 1;
  const { config } = describeCheckpoint({
    headSize: each.headSize,
    rotarySize,
    contextLength: each.contextLength ?? length,
    ropeTheta: each.ropeTheta,
    ropeScaling: withArrays(each.ropeScaling),
  });
  /** Cosines and sines of the first position are the factor that all are multiplied with. */
  const factor = each.cosines[0]![0]!;

  it('has the frequencies of the reference, but for rounding', () => {
    const frequencies = rotaryFrequencies(config, length);
    expect(frequencies).toHaveLength(half);
    for (const [index, frequency] of frequencies.entries()) {
      const wanted = each.frequencies[index]!;
      // The reference rounds the power, its reciprocal and each step of the scaling.
      expect(Math.abs(frequency - wanted) / wanted).toBeLessThanOrEqual(8 * HALF_UNIT);
    }
  });

  it('has its cosines and sines, as closely as its frequencies allow', () => {
    const { cosines, sines } = rotaryTables(config, length);
    expect([cosines.length, sines.length]).toEqual([length * half, length * half]);
    for (const [row, position] of positions.entries()) {
      for (let index = 0; index < half; index++) {
        const angle = position * each.frequencies[index]!;
        const allowed = factor * (angle * 10 * HALF_UNIT + 4 * HALF_UNIT);
        const at = position * half + index;
        expect(Math.abs(cosines[at]! - each.cosines[row]![index]!)).toBeLessThanOrEqual(allowed);
        expect(Math.abs(sines[at]! - each.sines[row]![index]!)).toBeLessThanOrEqual(allowed);
      }
    }
  });
});
