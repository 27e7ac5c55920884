import { LlamellaError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { byteCompiler, matches } from './byte-vocabulary.ts';

const compiler = byteCompiler();
const nest = (depth: number, wrap: (inner: unknown) => unknown): unknown => {
  let schema: unknown = { type: 'string' };
  for (let level = 0; level < depth; level++) schema = wrap(schema);
  return schema;
};

/** Compiles and reads a text, or gives the error's code; anything but an error of the package fails the test. */
function outcome(compile: () => ReturnType<typeof compiler.compileJson>, text: string): boolean | string {
  try {
    using grammar = compile();
    return matches(grammar, text);
  } catch (error) {
    if (LlamellaError.isInstance(error)) return error.code;
    throw error;
  }
}

const objects = nest(1000, (inner) => ({
  type: 'object',
  properties: { a: inner },
  required: ['a'],
  additionalProperties: false,
}));
const schemas: [string, unknown, string, boolean | string | readonly (boolean | string)[]][] = [
  [
    '10,000 values',
    { enum: Array.from({ length: 10_000 }, (_, at) => `value ${at * 7919}`) },
    '"value 79190"',
    true,
  ],
  [
    '10,000 values, none of them',
    { type: 'string', not: { enum: Array.from({ length: 10_000 }, (_, at) => `v${at}`) } },
    '"v10000"',
    true,
  ],
  [
    '10,000 objects',
    { enum: Array.from({ length: 10_000 }, (_, at) => ({ id: at })) },
    '{"id":9999}',
    'unsupported',
  ],
  ['1,000 levels', objects, `${'{"a":'.repeat(1000)}"x"${'}'.repeat(1000)}`, true],
  [
    '20,000 levels of arrays',
    nest(20_000, (items) => ({ items, type: 'array' })),
    '[[]]',
    // As deep as the stack is: deeper in a browser than in Node.
    [true, 'unsupported'],
  ],
  ['1,000 levels of allOf', nest(1000, (inner) => ({ allOf: [inner] })), '"x"', 'unsupported'],
  ['1,000 levels of not', nest(1000, (not) => ({ not })), '"x"', 'unsupported'],
  ['100,000 characters', { type: 'string', minLength: 1, maxLength: 100_000 }, `"${'x'.repeat(600)}"`, true],
  [
    '100,000 items',
    { type: 'array', items: { type: 'null' }, minItems: 1, maxItems: 100_000 },
    `[${'null,'.repeat(500)}null]`,
    true,
  ],
  ['a long pattern', { type: 'string', pattern: '^[a-z]{1,100000}$' }, `"${'x'.repeat(600)}"`, true],
  ['a pattern of many states', { type: 'string', pattern: '(a|b)*a(a|b){30}' }, '"x"', 'unsupported'],
  [
    '2^20 branches',
    {
      allOf: Array.from({ length: 20 }, (_, at) => ({ anyOf: [{ minLength: at }, { maxLength: 50 + at }] })),
    },
    '"x"',
    'unsupported',
  ],
  ['a multiple of many states', { multipleOf: 1234567 }, '1', 'unsupported'],
  [
    '200 properties in any order',
    {
      properties: Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`p${at}`, { type: 'null' }])),
      additionalProperties: false,
    },
    '{"p7":null,"p199":null,"p0":null}',
    true,
  ],
  [
    '__proto__',
    JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"null"},"constructor":{"type":"null"}},"required":["__proto__"],"additionalProperties":false}',
    ),
    '{"__proto__":null,"constructor":null}',
    true,
  ],
];

describe('hostile grammars end in a grammar or a named error', () => {
  it.each(schemas)('%s', (_, schema, text, expected) => {
    const found = outcome(() => compiler.compileJsonSchema(schema, { propertyOrder: 'any' }), text);
    expect([expected].flat()).toContain(found);
  });

  it.each([
    ['root ::= ("a" | "aa"){1,100000}', 'a'.repeat(60), true],
    ['root ::= (("a"{1,1000}){1,1000}){1,1000} "b"', `${'a'.repeat(40)}b`, true],
    [`root ::= ${'('.repeat(10_000)}"a"${')'.repeat(10_000)}`, 'a', 'invalid-argument'],
    ['root ::= root root | "a"', 'a', 'invalid-argument'],
    ['root ::= "a" root root | "b"', `${'a'.repeat(50)}b`, false],
    ['root ::= ((((("a"?)*)+)*)+)*', 'a'.repeat(100), true],
    [
      `root ::= r0\n${Array.from({ length: 5000 }, (_, at) => `r${at} ::= "a" r${at + 1}`).join('\n')}\nr5000 ::= "b"`,
      `${'a'.repeat(5000)}b`,
      true,
    ],
    ['', '', 'invalid-argument'],
    ['\0', '', 'invalid-argument'],
  ])('%s', (grammar, text, expected) => {
    expect(outcome(() => compiler.compileGrammar(grammar), text)).toBe(expected);
  });

  it('leaves the compiler usable', () => {
    using grammar = compiler.compileJson();
    expect(matches(grammar, '{"a":[1,2]}')).toBe(true);
  });

  it('refuses values that are not JSON', () => {
    const loop: Record<string, unknown> = {};
    loop.items = loop;
    expect(outcome(() => compiler.compileJsonSchema(loop), '')).toBe('invalid-argument');
    expect(outcome(() => compiler.compileJsonSchema({ const: 1n }), '')).toBe('invalid-argument');
  });
});
