import { LlamellaError } from '@llamella/spec';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { byteCompiler, matches } from './byte-vocabulary.ts';
import { createSchemaMaker } from './random-schema.ts';

const { randomSchema, randomValue } = createSchemaMaker(Number(process.env.SEED ?? 11));

it('agrees with Ajv on schemas and documents made at random', () => {
  const ajv = new Ajv2020({ strict: false });
  let compiled = 0;
  let refused = 0;
  const rounds = Number(process.env.ROUNDS ?? 150);
  for (let round = 0; round < rounds; round++) {
    const schema = {
      allOf: [randomSchema(2)],
      $defs: { shared: { type: ['integer', 'string', 'array'], maxItems: 2 } },
    };
    const validate = ajv.compile(schema);
    const documents = Array.from({ length: 40 }, () => randomValue(2));
    let accepts: (text: string) => boolean = () => false;
    const compiler = byteCompiler();
    try {
      const grammar = compiler.compileJsonSchema(schema, { propertyOrder: 'any', maxWhitespace: 0 });
      accepts = (text) => matches(grammar, text);
      compiled++;
    } catch (error) {
      if (!LlamellaError.isInstance(error)) throw new Error(JSON.stringify(schema), { cause: error });
      if (error.code === 'unsupported') {
        refused++;
        continue;
      }
      expect(error.message).toContain('no text can ever match it');
    }
    for (const document of documents) {
      // Ajv 8 takes an empty array for valid in some schemas that hold `contains`.
      if (JSON.stringify(schema).includes('"contains"') && JSON.stringify(document).includes('[]')) continue;
      let valid: boolean;
      try {
        valid = validate(document);
      } catch (error) {
        if (error instanceof TypeError) continue; // a fault of the code that Ajv 8 makes for some schemas
        throw error;
      }
      expect(
        accepts(JSON.stringify(document)),
        `${JSON.stringify(schema)} with ${JSON.stringify(document)}`,
      ).toBe(valid);
    }
  }
  expect(compiled).toBeGreaterThan(rounds / 2);
  expect(refused).toBeLessThan(rounds / 3);
});
