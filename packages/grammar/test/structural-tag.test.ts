import { expect, it } from 'vitest';
import type { StructuralFormat } from '../src/index.ts';
import { byteCompiler, matches } from './byte-vocabulary.ts';

const compiler = byteCompiler();
const accepts = (format: StructuralFormat, text: string): boolean => {
  using grammar = compiler.compileStructuralTag({ type: 'structural_tag', format }, { maxWhitespace: 1 });
  return matches(grammar, text);
};

const call = (name: string, argument: string) =>
  ({
    type: 'tag',
    begin: `<function=${name}>`,
    content: {
      type: 'json_schema',
      json_schema: {
        type: 'object',
        properties: { [argument]: { type: 'integer' } },
        required: [argument],
        additionalProperties: false,
      },
    },
    end: '</function>',
  }) as const;
const tools = {
  type: 'triggered_tags',
  triggers: ['<function='],
  tags: [call('a', 'x'), call('b', 'y')],
} as const;

it('lets text be free until a trigger comes', () => {
  for (const text of [
    '',
    'Hello < world',
    '<functio',
    'é<function=a>{"x": 1}</function> and <function=b>{"y":2}</function>!',
  ])
    expect(accepts(tools, text), text).toBe(true);
  for (const text of [
    '<function=',
    '<function=c>',
    '<function=a>{"y":1}</function>',
    'x<function=a>{"x":1}',
    '<<function=a>{}</function>',
  ])
    expect(accepts(tools, text), text).toBe(false);
});

it('asks for a call at once, or for one only', () => {
  const one = '<function=a>{"x":1}</function>';
  expect(accepts({ ...tools, at_least_one: true }, `Hi ${one}`)).toBe(false);
  expect(accepts({ ...tools, at_least_one: true }, '')).toBe(false);
  expect(accepts({ ...tools, at_least_one: true }, `${one} ok ${one}`)).toBe(true);
  expect(accepts({ ...tools, stop_after_first: true }, `Hi ${one}`)).toBe(true);
  expect(accepts({ ...tools, stop_after_first: true }, `Hi ${one}.`)).toBe(false);
  expect(accepts({ ...tools, stop_after_first: true, at_least_one: true }, one)).toBe(true);
});

it('joins tags with a separator', () => {
  const format = { type: 'tags_with_separator', tags: [call('a', 'x')], separator: ';' } as const;
  const one = '<function=a>{"x":1}</function>';
  expect(accepts(format, '')).toBe(true);
  expect(accepts(format, `${one};${one}`)).toBe(true);
  expect(accepts(format, `${one}${one}`)).toBe(false);
  expect(accepts({ ...format, at_least_one: true }, '')).toBe(false);
  expect(accepts({ ...format, stop_after_first: true }, `${one};${one}`)).toBe(false);
});

it('nests sequences, choices, text, expressions and grammars', () => {
  const think = { type: 'tag', begin: '<think>', content: { type: 'any_text' }, end: '</think>' } as const;
  const format: StructuralFormat = {
    type: 'sequence',
    elements: [
      think,
      {
        type: 'or',
        elements: [
          { type: 'regex', pattern: '\\d+' },
          { type: 'grammar', grammar: 'root ::= "y" | "n"' },
        ],
      },
      { type: 'const_string', value: '.' },
    ],
  };
  for (const text of ['<think>a <b> é</think>12.', '<think></think>y.'])
    expect(accepts(format, text), text).toBe(true);
  for (const text of ['<think>a</think>', '<think></think></think>y.', '12.', '<think></think>z.'])
    expect(accepts(format, text), text).toBe(false);
});

it('names the place of what is wrong', () => {
  const compile = (format: unknown) => () =>
    compiler.compileStructuralTag({ format: format as StructuralFormat });
  expect(compile({ type: 'poem' })).toThrow('tag: format.type is not a known format: poem');
  expect(compile(3)).toThrow('format must be an object');
  expect(compile({ ...tools, triggers: [] })).toThrow('format.triggers must be an array that is not empty');
  expect(compile({ ...tools, triggers: ['[call'] })).toThrow(
    'format.tags[0].begin begins with none of the triggers',
  );
  expect(compile({ ...tools, triggers: ['<f', '<function='] })).toThrow(
    'format.triggers[1] begins with another trigger',
  );
  expect(compile({ ...call('a', 'x'), begin: '' })).toThrow(
    'format.begin must be a string that is not empty',
  );
  expect(compile({ type: 'json_schema', json_schema: { type: 'text' } })).toThrow('type must be one of');
});
