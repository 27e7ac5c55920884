import type { TokenGrammar } from '@llamella/spec';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { byteCompiler, endToken, matches } from './byte-vocabulary.ts';
import { createRandom } from './random.ts';
import { schemaFixtures } from './schema-fixtures.ts';

const compiler = byteCompiler();

function validatorOf(schema: object): (value: unknown) => boolean {
  const ajv = new Ajv2020({ strict: false, multipleOfPrecision: 9 });
  addFormats.default(ajv);
  return ajv.compile(schema) as (value: unknown) => boolean;
}

const closers = [endToken, ...new TextEncoder().encode('"]},n')];

/** Writes a document by taking allowed bytes at random, and soon mostly those that close what is open. */
function walk(grammar: TokenGrammar, random: () => number, patience: number): string {
  using constraint = grammar.createConstraint();
  const mask = new Uint32Array(Math.ceil(constraint.vocabularySize / 32));
  const bytes: number[] = [];
  for (let step = 0; ; step++) {
    if (step > 20_000)
      throw new Error(`no end after ${step} bytes: ${String.fromCharCode(...bytes.slice(0, 500))}`);
    mask.fill(0xffffffff);
    constraint.fillMask(mask);
    const allowed: number[] = [];
    for (let id = 0; id <= endToken; id++) if ((mask[id >>> 5]! >>> (id & 31)) & 1) allowed.push(id);
    if (allowed.length === 0) throw new Error(`a dead end after ${String.fromCharCode(...bytes)}`);
    const close = step > patience && random() < 0.8 ? closers.find((id) => allowed.includes(id)) : undefined;
    const printable = allowed.filter((id) => id >= 0x20 && id < 0x7f);
    const pool = printable.length > 0 && random() < 0.95 ? printable : allowed;
    const token = close ?? pool[Math.floor(random() * pool.length)]!;
    if (token === endToken) return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
    constraint.accept(token);
    bytes.push(token);
  }
}

describe.each(schemaFixtures)('$name', ({ schema, valid, invalid }) => {
  const validate = validatorOf(schema);

  it('accepts what is valid and nothing else', () => {
    using any = compiler.compileJsonSchema(schema, { propertyOrder: 'any' });
    using compact = compiler.compileJsonSchema(schema, { maxWhitespace: 0 });
    for (const value of valid) {
      expect(validate(value)).toBe(true);
      expect(matches(compact, JSON.stringify(value)), JSON.stringify(value)).toBe(true);
      expect(matches(any, JSON.stringify(value, null, 2)), JSON.stringify(value)).toBe(true);
    }
    for (const value of invalid) {
      expect(validate(value), JSON.stringify(value)).toBe(false);
      expect(matches(any, JSON.stringify(value)), JSON.stringify(value)).toBe(false);
    }
  });

  it.each([
    { propertyOrder: 'any', maxWhitespace: 3 },
    { propertyOrder: 'declared', maxWhitespace: 0 },
  ] as const)('leads any choice of tokens to a valid document: $propertyOrder', (options) => {
    using grammar = compiler.compileJsonSchema(schema, options);
    const random = createRandom(7);
    for (let round = 0; round < 25; round++) {
      const document = walk(grammar, random, 10 + round * 8);
      expect(validate(JSON.parse(document)), document).toBe(true);
    }
  });
});
