import { expect, it } from 'vitest';
import { fuzzString } from './fuzz-strings.ts';
import { seed } from './reference-outputs.ts';
import { compareWithReference, golden } from './reference-tests.ts';
import { referenceTokenizers } from './test-data.ts';

it('makes the strings of the reference', () => {
  for (const [index, { text }] of golden.cases.entries()) {
    expect(fuzzString(seed, index).toWellFormed()).toBe(text);
  }
});

for (const tokenizer of referenceTokenizers.slice(0, 3)) compareWithReference(tokenizer);
