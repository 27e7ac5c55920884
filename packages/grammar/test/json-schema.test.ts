import { LlamellaError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { byteCompiler, matches } from './byte-vocabulary.ts';

const compiler = byteCompiler();

function accepts(schema: unknown, text: string, options = {}): boolean {
  using grammar = compiler.compileJsonSchema(schema, { maxWhitespace: 0, ...options });
  return matches(grammar, text);
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return LlamellaError.isInstance(error) ? error.code : String(error);
  }
  return 'nothing was thrown';
}

describe('what is refused is named with its keyword and place', () => {
  it.each([
    [
      { properties: { a: { uniqueItems: true } } },
      'unsupported',
      'The schema keyword "uniqueItems" at /properties/a/uniqueItems',
    ],
    [{ items: { $dynamicRef: '#a' } }, 'unsupported', '"$dynamicRef" at /items/$dynamicRef'],
    [{ 'a/b': 1 }, 'unsupported', '"a/b" at /a~1b'],
    [{ $ref: 'https://example.com/other' }, 'unsupported', '"$ref" at /$ref'],
    [{ format: 'iri' }, 'unsupported', '"format" at /format is not supported: "iri" is not one of date'],
    [
      { pattern: '(?=a)' },
      'unsupported',
      '"pattern" at /pattern is not supported: the expression "(?=a)" has lookahead',
    ],
    [
      { allOf: [{}], unevaluatedProperties: false },
      'unsupported',
      '"unevaluatedProperties" at /unevaluatedProperties',
    ],
    [
      { not: { additionalProperties: false } },
      'unsupported',
      '"additionalProperties" at /not/additionalProperties',
    ],
    [{ minProperties: 2 }, 'unsupported', '"minProperties" at /minProperties'],
    [{ nullable: true }, 'unsupported', 'write "type": [..., "null"]'],
    [{ minLength: 2_000_000 }, 'unsupported', '"minLength" at /minLength'],
    [{ items: [{}] }, 'unsupported', 'prefixItems'],
    [{ $schema: 'http://json-schema.org/draft-04/schema#' }, 'unsupported', '"$schema" at /$schema'],
    [
      { properties: { a: { minLength: -1 } } },
      'invalid-argument',
      'schema: minLength must be a whole number, 0 or more (at /properties/a/minLength)',
    ],
    [{ type: 'text' }, 'invalid-argument', 'type must be one of null, boolean'],
    [{ enum: 3 }, 'invalid-argument', 'enum must be an array (at /enum)'],
    [{ anyOf: [] }, 'invalid-argument', 'anyOf must be an array that is not empty'],
    [{ properties: { a: 3 } }, 'invalid-argument', 'a schema is an object, true or false (at /properties/a)'],
    [{ $ref: '#/$defs/a' }, 'invalid-argument', 'there is nothing at "#/$defs/a" (at /$ref)'],
    [{ $ref: '#a' }, 'invalid-argument', 'there is no anchor "#a"'],
    [{ $ref: '#' }, 'invalid-argument', 'refers to itself'],
    [{ multipleOf: 0 }, 'invalid-argument', 'multipleOf must be a number above 0'],
    [{ pattern: '(' }, 'invalid-argument', '(at /pattern)'],
    [{ $defs: { a: { $anchor: 'x' }, b: { $anchor: 'x' } } }, 'invalid-argument', 'names two schemas'],
    [false, 'invalid-argument', 'no text can ever match'],
    [{ type: 'string', minLength: 3, maxLength: 2 }, 'invalid-argument', 'no text can ever match'],
    [
      { type: 'object', properties: { a: { $ref: '#' } }, required: ['a'] },
      'invalid-argument',
      'no text can ever match',
    ],
    [null, 'invalid-argument', 'a schema is an object'],
    [undefined, 'invalid-argument', 'is not plain JSON'],
  ])('%j', (schema, code, problem) => {
    expect(() => compiler.compileJsonSchema(schema)).toThrow(problem);
    expect(codeOf(() => compiler.compileJsonSchema(schema))).toBe(code);
  });

  it('takes keywords out of account on request only', () => {
    expect(accepts({ nullable: true, type: 'string' }, '"a"', { ignoreKeywords: ['nullable'] })).toBe(true);
    expect(accepts({ type: 'string', format: 'iri' }, '"a"', { ignoreKeywords: ['format:iri'] })).toBe(true);
    expect(accepts({ 'x-order': 1, type: 'string' }, '"a"')).toBe(true);
  });

  it('refuses options that are none', () => {
    expect(() => compiler.compileJsonSchema({}, { maxWhitespace: -1 })).toThrow('maxWhitespace');
    expect(() => compiler.compileJsonSchema({}, { propertyOrder: 'sorted' as 'any' })).toThrow(
      'propertyOrder',
    );
  });
});

describe('the form of the text', () => {
  const schema = {
    type: 'object',
    properties: { b: { type: 'integer' }, a: { type: 'integer' } },
    required: ['a'],
  };

  it('has properties in the declared order unless any order is asked for', () => {
    expect(accepts(schema, '{"b":1,"a":2}')).toBe(true);
    expect(accepts(schema, '{"a":2,"b":1}')).toBe(false);
    expect(accepts(schema, '{"a":2,"b":1}', { propertyOrder: 'any' })).toBe(true);
    expect(accepts(schema, '{"a":2,"a":1}', { propertyOrder: 'any' })).toBe(false);
    expect(accepts(schema, '{"x":[],"b":1,"y":null,"a":2,"z":0}')).toBe(true);
  });

  it('holds as much whitespace as is asked for', () => {
    const text = JSON.stringify({ b: 1, a: 2 }, null, 4);
    expect(accepts(schema, text)).toBe(false);
    expect(accepts(schema, text, { maxWhitespace: 4 })).toBe(false);
    expect(accepts(schema, text, { maxWhitespace: 5 })).toBe(true);
    expect(accepts({}, '{ }', { maxWhitespace: 1 })).toBe(true);
    expect(accepts({}, '[ ]', { maxWhitespace: 1 })).toBe(true);
  });

  it('has strings with every escape where nothing else is said, and those of JSON.stringify elsewhere', () => {
    for (const text of ['"\\u0041"', '"\\/"', '"\\ud83e\\udd99"', '"é"'])
      expect(accepts({ type: 'string' }, text)).toBe(true);
    for (const text of ['"\\ud83e"', '"\\udd99"', '"\n"', '"\\x"'])
      expect(accepts({ type: 'string' }, text)).toBe(false);
    expect(accepts({ type: 'string', minLength: 1, maxLength: 1 }, '"\\ud83e\\udd99"')).toBe(true);
    expect(accepts({ type: 'string', maxLength: 1 }, '"\\n\\n"')).toBe(false);
    expect(accepts({ pattern: '^\\n"$' }, '"\\n\\""')).toBe(true);
    expect(accepts({ pattern: '^\\u0001$' }, '"\\u0001"')).toBe(true);
    expect(accepts({ pattern: '^a$' }, '"\\u0061"')).toBe(false);
  });

  it.each([
    [{ type: 'integer' }, ['0', '-1', '1234567890123456'], ['1.0', '01', '-0', '1e3', '12345678901234567']],
    [
      { type: 'number' },
      ['0', '-0.5', '1e21', '1.5e-7', '123456789012345680000'],
      ['.5', '1.', '01', '1e400', 'NaN'],
    ],
    [
      { type: 'number', minimum: 0.1, maximum: 10 },
      ['0.1', '10', '9.999', '10.00'],
      ['0.09', '10.01', '-1', '1e0', '11'],
    ],
    [
      { type: 'number', exclusiveMinimum: -1.5, exclusiveMaximum: 0 },
      ['-1.4', '-0.1'],
      ['-1.5', '0', '-0', '-0.0', '-2'],
    ],
    [
      { type: 'number', exclusiveMaximum: 7.5, minimum: -7.5 },
      ['7', '7.4', '-7', '-7.5'],
      ['7.5', '8', '-7.6', '-8'],
    ],
    [{ type: 'integer', multipleOf: 7 }, ['0', '-14', '700'], ['1', '15']],
    [{ type: 'number', multipleOf: 0.25 }, ['0.25', '1.5', '3', '0.50'], ['0.3', '0.255']],
    [{ type: 'number', not: { type: 'integer' } }, ['0.5'], ['1', '1.0']],
    [{ type: 'integer', not: { enum: [1, 20] } }, ['0', '10', '2'], ['1', '20']],
    [
      { type: 'integer', minimum: -12, maximum: 105 },
      ['-12', '-1', '0', '99', '105'],
      ['-13', '106', '1000'],
    ],
  ] as const)('%j', (schema, good, bad) => {
    for (const text of good) expect(accepts(schema, text), text).toBe(true);
    for (const text of bad) expect(accepts(schema, text), text).toBe(false);
  });

  it('compares every integer of a range with its bounds', () => {
    for (const [minimum, maximum] of [
      [-7, 12],
      [0, 0],
      [95, 205],
      [-130, -8],
      [-1, 1000],
    ] as const) {
      using grammar = compiler.compileJsonSchema({ type: 'integer', minimum, maximum });
      for (let value = -210; value <= 1010; value++)
        expect(matches(grammar, String(value)), `${value}`).toBe(value >= minimum && value <= maximum);
    }
  });
});

describe('exact combinations', () => {
  it.each([
    [
      {
        oneOf: [
          { type: 'integer', minimum: 0 },
          { type: 'integer', maximum: 5 },
        ],
      },
      ['-1', '6'],
      ['0', '5'],
    ],
    [{ oneOf: [{ minLength: 2 }, { pattern: '^a' }], type: 'string' }, ['"a"', '"bb"'], ['"ab"', '"b"', '1']],
    [
      { not: { properties: { a: { type: 'string' } }, required: ['a'] }, type: 'object' },
      ['{}', '{"a":1}'],
      ['{"a":"x"}'],
    ],
    [
      JSON.parse(
        '{"if":{"properties":{"k":{"const":1}},"required":["k"]},"then":{"required":["v"]},"type":"object"}',
      ),
      ['{}', '{"k":2}', '{"k":1,"v":0}'],
      ['{"k":1}'],
    ],
    [
      {
        allOf: [{ properties: { a: { minimum: 2 } } }, { properties: { a: { maximum: 3 } } }],
        properties: { a: { type: 'integer' } },
      },
      ['{"a":2}', '{"a":3}'],
      ['{"a":1}', '{"a":4}', '{"a":"x"}'],
    ],
    [
      { contains: { const: 1 }, minContains: 2, maxContains: 2, items: { type: 'integer' }, type: 'array' },
      ['[1,1]', '[1,0,1]'],
      ['[1]', '[1,1,1]', '[]'],
    ],
    [
      { uniqueItems: true, items: { enum: [1, 'a', true] }, type: 'array' },
      ['[]', '[1,"a",true]'],
      ['[1,1]', '["a",1,"a"]'],
    ],
    [
      {
        anyOf: [
          { properties: { a: { const: 1 } }, required: ['a'] },
          { properties: { b: { const: 2 } }, required: ['b'] },
        ],
        type: 'object',
        additionalProperties: true,
      },
      ['{"a":1}', '{"b":2}', '{"a":0,"b":2}'],
      ['{"a":0}', '{}'],
    ],
    [
      { patternProperties: { '^x': { type: 'integer' }, y$: { minimum: 5 } }, additionalProperties: false },
      ['{"xa":1,"xy":5}', '{"y":"s"}'],
      ['{"xy":4}', '{"z":1}', '{"xa":"s"}'],
    ],
    [
      { pattern: '^(ab)+$', maxLength: 5, minLength: 3, type: 'string' },
      ['"abab"'],
      ['"ab"', '"aba"', '"ababab"'],
    ],
    [{ propertyNames: { maxLength: 2 }, type: 'object' }, ['{"ab":1}'], ['{"abc":1}']],
    [{ required: ['é"'], type: 'object', maxProperties: 1 }, ['{"é\\"":1}'], ['{}', '{"é\\"":1,"b":1}']],
    [
      { dependentSchemas: { a: { required: ['b'] } }, dependentRequired: { b: ['c'] }, type: 'object' },
      ['{}', '{"c":1}', '{"a":1,"b":1,"c":1}'],
      ['{"a":1}', '{"b":1}', '{"a":1,"b":1}'],
    ],
  ] as const)('%j', (schema, good, bad) => {
    for (const text of good) expect(accepts(schema, text, { propertyOrder: 'any' }), text).toBe(true);
    for (const text of bad) expect(accepts(schema, text, { propertyOrder: 'any' }), text).toBe(false);
  });
});
