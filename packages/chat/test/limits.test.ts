import { LlamellaError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { type ChatTemplateOptions, createChatTemplate } from '../src/index.ts';

const messages = [{ role: 'user', content: 'hello' }];

/** Renders and returns the error, which must have the code `template`. */
function failure(source: string, options: ChatTemplateOptions = {}): string {
  try {
    createChatTemplate(source, options).render(messages);
  } catch (error) {
    expect(LlamellaError.isInstance(error) && error.code).toBe('template');
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

const loop = (times: string, body: string): string => `{% for i in range(${times}) %}${body}{% endfor %}`;

describe('a hostile template ends with an error, soon', () => {
  it.each<[string, string, RegExp]>([
    ['nested loops', loop('100000', loop('100000', loop('100000', ''))), /took more than 2000000 steps/],
    [
      'loops without a body',
      loop('100000', `{% for j in range(100000) if false %}{% endfor %}`),
      /took more than 2000000 steps/,
    ],
    ['a long range', loop('100001', ''), /range would return 100001 numbers, more than 100000/],
    ['a range of a tiny step', loop('0, 10, 0', ''), /the step of range is 0/],
    ['a range of fractions', loop('0.5', ''), /range takes one to three integers/],
    [
      'a text doubled',
      `{% set ns = namespace(x='aaaa') %}${loop('99', '{% set ns.x = ns.x + ns.x %}')}`,
      /longer than 16777216/,
    ],
    [
      'a list doubled',
      `{% set ns = namespace(x=[1]) %}${loop('99', '{% set ns.x = ns.x + ns.x %}')}`,
      /longer than 16777216/,
    ],
    [
      'a tree of shared lists',
      `{% set ns = namespace(x=[]) %}${loop('99', '{% set ns.x = [ns.x, ns.x] %}')}{{ ns.x }}`,
      /longer than 16777216/,
    ],
    [
      'a tree of shared objects',
      `{% set ns = namespace(x='a') %}${loop('99', "{% set ns.x = {'a': ns.x, 'b': ns.x} %}")}{{ ns.x | tojson }}`,
      /longer than 16777216/,
    ],
    [
      'a tree of namespaces',
      `{% set ns = namespace(x='a') %}${loop('99', '{% set ns.x = namespace(a=ns.x, b=ns.x) %}')}`,
      /longer than 16777216|took more than/,
    ],
    [
      'a namespace in itself',
      '{% set ns = namespace() %}{% set ns.x = ns %}{{ ns | tojson }}',
      /nested more than 500 deep/,
    ],
    [
      'a chain of lists',
      `{% set ns = namespace(x=[]) %}${loop('9999', '{% set ns.x = [ns.x] %}')}{{ ns.x }}`,
      /nested too deeply|took more than/,
    ],
    [
      'a loop over a long text',
      loop(
        '100000',
        "{{ messages[0].content * 2 if false else '' }}{% set x = 'a' ~ i %}{% if 'aaaaaaab' in big %}{% endif %}",
      ),
      /took more than 2000000 steps/,
    ],
    [
      'endless recursion',
      '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}',
      /nested too deeply|not a function/,
    ],
    ['a wide indent', "{{ 'a' | indent(100000000) }}{{ 'b' }}", /indents by 100000000, more than 64/],
    ['a wide indent by name', "{{ 'a' | indent(width=100000000) }}", /indents by 100000000, more than 64/],
    ['a wide tojson', '{{ messages | tojson(indent=400000000) }}', /indents by 400000000, more than 64/],
    ['a hidden indent', "{% set w = [99999999] %}{{ 'a' | indent(*w) }}", /unpacks the arguments/],
    [
      'a filter block',
      '{% filter indent(100000000) %}a{% endfilter %}',
      /indents by 100000000, more than 64/,
    ],
    [
      'a replacement of replacements',
      `{% set ns = namespace(x='a') %}${loop('99', "{% set ns.x = ns.x.replace('a', ns.x ~ ns.x) %}")}`,
      /too long|longer than/,
    ],
  ])('%s', (_name, source, message) => {
    const start = performance.now();
    expect(failure(source, { variables: { big: 'a'.repeat(100_000) } })).toMatch(message);
    expect(performance.now() - start).toBeLessThan(15_000);
  });

  it('deep nesting in the source', () => {
    expect(failure(`{{ ${'('.repeat(100_000)}1${')'.repeat(100_000)} }}`)).toMatch(/nested too deeply/);
    expect(failure(`{{ ${'['.repeat(100_000)} }}`)).toMatch(/not a valid Jinja template/);
  });

  it('long runs of white space, on which the lexer would spend minutes', () => {
    expect(failure(`{{ 1 }}${' '.repeat(200_000)}`)).toMatch(
      /has 200000 characters of white space at 7, more than 1024/,
    );
    expect(createChatTemplate(`a${'\n'.repeat(1024)}b`).render([])).toHaveLength(1026);
  });

  it('a long source', () => {
    expect(failure('a'.repeat(262_145))).toMatch(/is 262145 characters long, more than 262144, the limit/);
    expect(createChatTemplate('a'.repeat(262_144)).render(messages)).toHaveLength(262_144);
  });
});

describe('limits of the caller', () => {
  it('apply', () => {
    expect(failure('abc', { limits: { sourceLength: 2 } })).toMatch(/more than 2/);
    expect(failure(loop('20', 'a'), { limits: { steps: 100 } })).toMatch(/more than 100 steps/);
    expect(failure('a'.repeat(200), { limits: { outputLength: 199 } })).toMatch(/longer than 199/);
    expect(createChatTemplate('a'.repeat(200), { limits: { outputLength: 200 } }).render([])).toHaveLength(
      200,
    );
  });

  it('are counted anew for each conversation', () => {
    const template = createChatTemplate(loop('20', 'a'), { limits: { steps: 150 } });
    for (let i = 0; i < 10; i++) expect(template.render([])).toHaveLength(20);
  });

  it('are checked', () => {
    expect(() => createChatTemplate('', { limits: { steps: 0 } })).toThrow(
      /limits.steps: must be an integer above 0, got 0/,
    );
    expect(() => createChatTemplate('', { limits: { outputLength: Number.NaN } })).toThrow(
      /limits.outputLength/,
    );
  });

  it('leave room for long conversations', () => {
    const source = `{% for m in messages %}{% if messages[0].role != m.role %}{{ loop.index }}{% endif %}<{{ m.role }}>{{ m.content | trim }}\n{% endfor %}`;
    const turns = Array.from({ length: 4000 }, (_, i) => ({
      role: i % 2 ? 'assistant' : 'user',
      content: ' word'.repeat(400),
    }));
    expect(createChatTemplate(source).render(turns).length).toBeGreaterThan(7_900_000);
  });
});
