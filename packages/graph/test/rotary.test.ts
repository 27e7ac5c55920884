import { readFileSync } from 'node:fs';
import { rotaryFrequencies, rotaryTables } from '@llamella/graph';
import type { RopeScaling } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { describeCheckpoint } from './checkpoint.ts';

interface GoldenCase {
  readonly name: string;
  readonly headSize: number;
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

describe.each(golden.cases)('rotary positions: $name', (each) => {
  const scaling = each.ropeScaling;
  const { config } = describeCheckpoint({
    headSize: each.headSize,
    ropeTheta: each.ropeTheta,
    ropeScaling:
      scaling.kind === 'divisors' ? { ...scaling, divisors: Float32Array.from(scaling.divisors) } : scaling,
  });

  it('has the frequencies of the reference, but for rounding', () => {
    const frequencies = rotaryFrequencies(config);
    expect(frequencies).toHaveLength(each.headSize / 2);
    for (const [index, frequency] of frequencies.entries()) {
      const wanted = each.frequencies[index]!;
      // The reference rounds the power, its reciprocal and each step of the scaling.
      expect(Math.abs(frequency - wanted) / wanted).toBeLessThanOrEqual(8 * HALF_UNIT);
    }
  });

  it('has its cosines and sines, as closely as its frequencies allow', () => {
    const last = golden.positions.at(-1)!;
    const half = each.headSize / 2;
    const { cosines, sines } = rotaryTables(config, last + 1);
    expect([cosines.length, sines.length]).toEqual([(last + 1) * half, (last + 1) * half]);
    for (const [row, position] of golden.positions.entries()) {
      for (let index = 0; index < half; index++) {
        const angle = position * each.frequencies[index]!;
        const allowed = angle * 10 * HALF_UNIT + 2 * HALF_UNIT;
        const at = position * half + index;
        expect(Math.abs(cosines[at]! - each.cosines[row]![index]!)).toBeLessThanOrEqual(allowed);
        expect(Math.abs(sines[at]! - each.sines[row]![index]!)).toBeLessThanOrEqual(allowed);
      }
    }
  });
});
