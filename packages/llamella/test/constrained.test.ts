import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { type LoadedModel, loadModel } from 'llamella';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collect } from './support/collect.ts';

const maxTokens = 120;
const folder = new URL('../../grammar/test/fixtures/schemas/', import.meta.url);
const schemas = readdirSync(folder).map((file) => {
  const { schema } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { schema: object };
  return { name: file.slice(0, -'.json'.length), schema };
});
let model: LoadedModel;

beforeAll(async () => {
  model = await loadModel();
});
afterAll(() => model?.[Symbol.asyncDispose]());

function faultOf(schema: object, text: string): string | undefined {
  const ajv = new Ajv2020({ strict: false, multipleOfPrecision: 9 });
  addFormats.default(ajv);
  try {
    return ajv.validate(schema, JSON.parse(text)) ? undefined : `${ajv.errorsText()}: ${text}`;
  } catch (error) {
    return `${error}: ${text}`;
  }
}

test('writes valid JSON 20 of 20 times within 120 tokens', { timeout: 240_000 }, async () => {
  const faults: Record<string, string> = {};
  let endedAtLimit = 0;
  for (const [at, { name, schema }] of schemas.entries()) {
    using grammar = model.grammars.compileJsonSchema(schema, { maxWhitespace: 1 });
    const { description, title } = schema as { description?: string; title?: string };
    const prompt = [{ role: 'user' as const, content: `Write JSON for: ${description ?? title ?? name}` }];
    const options = { grammar, temperature: 0.8, seed: at + 1, maxTokens };
    const result = await collect(model.chat(prompt, options));
    expect(result.tokens.length).toBeLessThanOrEqual(maxTokens);
    if (result.tokens.length > maxTokens - 3) endedAtLimit++;
    const fault = result.finishReason === 'stop' ? faultOf(schema, result.text) : result.finishReason;
    if (fault !== undefined) faults[name] = fault;
  }
  expect(schemas).toHaveLength(20);
  expect(faults).toEqual({});
  // Some of the texts would have gone on: otherwise this proves little.
  expect(endedAtLimit).toBeGreaterThan(3);
});
