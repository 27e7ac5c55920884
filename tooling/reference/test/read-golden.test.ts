import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { klFromGolden } from '../divergence.ts';
import { readTeacherForced } from '../read-golden.ts';

const file = (name: string) => readFileSync(new URL(`../golden/${name}`, import.meta.url));
const bytes = file('smollm2-teacher-forced.bin');
const golden = readTeacherForced(bytes);

describe('readTeacherForced', () => {
  test('reads what the script wrote', () => {
    const written = JSON.parse(file('smollm2-teacher-forced.json').toString());
    expect(golden).toMatchObject({ positions: 4096, vocabularySize: 49152 });
    expect(golden.tokens.length).toBe(4097);
    const mean = (value: (index: number) => number) =>
      Array.from({ length: golden.positions }, (_, index) => value(index)).reduce((a, b) => a + b) / 4096;
    expect(mean((index) => golden.position(index).nll)).toBeCloseTo(written.mean_nll_nats, 6);
    expect(mean((index) => Math.exp(golden.position(index).restLogMass))).toBeCloseTo(
      written.mean_rest_mass,
      6,
    );
  });

  test('holds distributions, ordered, whose losses fit the text', () => {
    for (let index = 0; index < golden.positions; index++) {
      const { topTokens, topLogprobs, restLogMass, nextToken, nll } = golden.position(index);
      const total = topLogprobs.reduce((sum, logprob) => sum + Math.exp(logprob), Math.exp(restLogMass));
      expect(Math.abs(total - 1)).toBeLessThan(1e-5);
      expect(topLogprobs.every((value, rank) => rank === 0 || value <= topLogprobs[rank - 1]!)).toBe(true);
      const rank = topTokens.indexOf(nextToken);
      if (rank >= 0) expect(nll).toBeCloseTo(-topLogprobs[rank]!, 5);
      else expect(nll).toBeGreaterThan(-Math.max(restLogMass, topLogprobs.at(-1)!) - 1e-5);
    }
  });

  test('is at no distance from logits with the same probabilities', () => {
    const { topTokens, topLogprobs, restLogMass } = golden.position(1000);
    const others = golden.vocabularySize - topTokens.length;
    const logits = new Float32Array(golden.vocabularySize).fill(restLogMass - Math.log(others));
    topTokens.forEach((token, rank) => {
      logits[token] = topLogprobs[rank]!;
    });
    expect(Math.abs(klFromGolden(golden.position(1000), logits))).toBeLessThan(1e-5);
    logits[topTokens[0]!]! += 1;
    expect(klFromGolden(golden.position(1000), logits)).toBeGreaterThan(0.01);
  });

  test('accepts a view at an odd offset', () => {
    const moved = new Uint8Array(bytes.length + 1);
    moved.set(bytes, 1);
    expect(readTeacherForced(moved.subarray(1)).position(7)).toEqual(golden.position(7));
  });

  test('names what is wrong with other files', () => {
    const changed = (offset: number, value: number) => {
      const copy = Uint8Array.from(bytes);
      new DataView(copy.buffer).setUint32(offset, value, true);
      return copy;
    };
    expect(() => readTeacherForced(new Uint8Array(3), 'x.bin')).toThrow('x.bin: 3 bytes, too short');
    expect(() => readTeacherForced(changed(0, 1))).toThrow('does not begin with "LLGF"');
    expect(() => readTeacherForced(changed(4, 2))).toThrow('version 2');
    expect(() => readTeacherForced(changed(8, 0xffffffff))).toThrow('4294967295 positions');
    expect(() => readTeacherForced(bytes.subarray(0, -1))).toThrow('827417 bytes, 827418 expected');
    expect(() => golden.position(4096)).toThrow('no position 4096');
  });
});
