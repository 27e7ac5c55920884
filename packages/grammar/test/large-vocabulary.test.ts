import { existsSync, readFileSync } from 'node:fs';
import { tokenizerFromJson } from '@llamella/tokenizer';
import { describe, expect, it } from 'vitest';
import { createGrammarCompiler } from '../src/index.ts';
import { byteCompiler } from './byte-vocabulary.ts';
import { schemaFixtures } from './schema-fixtures.ts';
import { sharedData } from './schema-suite.ts';

const folder = `${sharedData}/tokenizers/llama3_1`;

describe.skipIf(!existsSync(folder))('the vocabulary of Llama 3.1 (needs the shared test data)', () => {
  const read = (file: string): unknown => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'));
  const tokenizer = existsSync(folder)
    ? tokenizerFromJson(read('tokenizer.json'), read('tokenizer_config.json'))
    : undefined!;
  const compiler = existsSync(folder) ? createGrammarCompiler(tokenizer) : undefined!;

  it.each(schemaFixtures)('lets a model write the valid documents of $name', ({ schema, valid }) => {
    for (const value of valid) {
      for (const space of [0, 2]) {
        using grammar = compiler.compileJsonSchema(schema, { propertyOrder: 'any' });
        using constraint = grammar.createConstraint();
        const mask = new Uint32Array(Math.ceil(tokenizer.vocabularySize / 32));
        for (const token of tokenizer.encode(JSON.stringify(value, null, space), {
          addSpecialTokens: false,
        })) {
          constraint.fillMask(mask);
          expect((mask[token >>> 5]! >>> (token & 31)) & 1).toBe(1);
          constraint.accept(token);
        }
        constraint.fillMask(mask);
        for (const id of tokenizer.endOfGenerationIds) expect((mask[id >>> 5]! >>> (id & 31)) & 1).toBe(1);
      }
    }
  });

  it('allows the same tokens as reading their bytes one by one', () => {
    const schema = {
      type: 'object',
      properties: { text: { type: 'string', maxLength: 40 }, value: { type: 'number', minimum: 3 } },
      required: ['text', 'value'],
    };
    using grammar = compiler.compileJsonSchema(schema);
    using reference = byteCompiler().compileJsonSchema(schema);
    using constraint = grammar.createConstraint();
    using bytes = reference.createConstraint();
    const mask = new Uint32Array(Math.ceil(tokenizer.vocabularySize / 32));
    const text = '{"text": "Hé \\"x\\" 🦙 and so on", "value": 12.5}';
    for (const token of tokenizer.encode(text, { addSpecialTokens: false })) {
      constraint.fillMask(mask);
      for (let id = 0; id < tokenizer.vocabularySize; id += 37) {
        const form = tokenizer.tokenBytes(id);
        let taken = 0;
        try {
          for (const byte of form) {
            bytes.accept(byte);
            taken++;
          }
        } catch {}
        bytes.rollback(taken);
        expect((mask[id >>> 5]! >>> (id & 31)) & 1, tokenizer.idToToken(id)).toBe(
          form.length > 0 && taken === form.length ? 1 : 0,
        );
      }
      constraint.accept(token);
      for (const byte of tokenizer.tokenBytes(token)) bytes.accept(byte);
    }
  });
});
