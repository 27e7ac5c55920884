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

const LONG = Array.from({ length: 20_000 }, (_, index) => index);

describe('a hostile template ends with an error, soon', () => {
  it.each<[string, string, RegExp]>([
    ['nested loops', loop('100000', loop('100000', loop('100000', ''))), /took more than 2000000 steps/],
    [
      'loops without a body',
      loop('100000', `{% for j in range(100000) if false %}{% endfor %}`),
      /took more than 2000000 steps/,
    ],
    ['a long range', loop('100001', ''), /range needs integers and gives up to 100000 numbers/],
    ['a range of a tiny step', loop('0, 10, 0', ''), /range needs integers and gives up to 100000 numbers/],
    ['a range of fractions', loop('0.5', ''), /range needs integers and gives up to 100000 numbers/],
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
      /longer than|took more than/,
    ],
    [
      'a tree of namespaces',
      `{% set ns = namespace(x='a') %}${loop('99', '{% set ns.x = namespace(a=ns.x, b=ns.x) %}')}{{ ns }}`,
      /longer than|took more than/,
    ],
    [
      'a namespace in itself',
      '{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}',
      /nested more than 500 deep/,
    ],
    [
      'a chain of lists',
      `{% set ns = namespace(x=[]) %}${loop('9999', '{% set ns.x = [ns.x] %}')}{{ ns.x }}`,
      /nested too deeply/,
    ],
    [
      'a loop over a long text',
      loop(
        '100000',
        "{{ messages[0].content * 2 if false else '' }}{% set x = 'a' ~ i %}{% if 'aaaaaaab' in big %}{% endif %}",
      ),
      /took more than 2000000 steps/,
    ],
    ['endless recursion', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}', /nested too deeply/],
    ['a wide indent', "{{ 'a' | indent(100000000) }}{{ 'b' }}", /longer than 16777216/],
    ['a wide indent by name', "{{ 'a' | indent(width=100000000) }}", /longer than 16777216/],
    ['a wide tojson', '{{ messages | tojson(indent=400000000) }}', /longer than 16777216/],
    ['a hidden indent', "{% set w = [99999999] %}{{ 'a' | indent(*w) }}", /longer than 16777216/],
    ['a filter block', '{% filter indent(100000000) %}a{% endfilter %}', /longer than 16777216/],
    ['a long range of ranges', loop('10**9', ''), /range needs integers and gives up to 100000 numbers/],
    ['a huge power', '{{ 9**9**9**9 }}', /not a finite real number/],
    ['a multiplied text', "{{ 'a' * 10**12 }}", /longer than 16777216/],
    ['a multiplied list', '{{ [1] * 10**12 }}', /Unknown operator/],
    ['a wide center', "{{ 'a' | center(10**12) }}", /Unknown StringValue filter: center/],
    ['a wide ljust', "{{ 'a'.ljust(10**12) }}", /not a function/],
    ['a wide format', "{{ '%999999999999d' % 1 }}", /Unknown operator/],
    ['a wide brace format', "{{ '{:>999999999999}'.format(1) }}", /not a function/],
    ['a wide tab', "{{ '\\t'.expandtabs(10**12) }}", /not a function/],
    ['a wide batch', '{{ [1] | batch(10**12, 0) | list }}', /Unknown ArrayValue filter: batch/],
    ['many slices', '{{ [1] | slice(10**12) | list }}', /Unknown ArrayValue filter: slice/],
    [
      'an exponential join',
      `{% set ns = namespace(x='ab') %}${loop('99', '{% set ns.x = [ns.x, ns.x, ns.x] | join(ns.x) %}')}`,
      /longer than/,
    ],
    [
      'a join of shared lists',
      `{% set ns = namespace(x=['ab']) %}${loop('99', '{% set ns.x = [ns.x, ns.x] %}')}{{ ns.x | join }}`,
      /longer than 16777216/,
    ],
    [
      'a comparison of shared lists',
      `{% set a = namespace(x=[]) %}{% set b = namespace(x=[]) %}${loop('99', '{% set a.x = [a.x, a.x] %}{% set b.x = [b.x, b.x] %}')}{{ a.x == b.x }}`,
      /longer than 16777216/,
    ],
    [
      'a sort of shared lists',
      `{% set a = namespace(x=[]) %}{% set b = namespace(x=[]) %}${loop('99', '{% set a.x = [a.x, a.x] %}{% set b.x = [b.x, b.x] %}')}{{ [a.x, b.x] | sort }}`,
      /longer than 16777216/,
    ],
    [
      'a long search',
      "{{ ('b' ~ 'a' * 1000000) in ('a' * 10000000) }}{{ ('a' * 10000000).split('b' ~ 'a' * 1000000) }}",
      /took more than/,
    ],
    ['an empty replacement', "{{ big.replace('', big) }}", /took more than/],
    ['a reversed text, often', loop('100000', '{% set x = big[::-1] %}'), /took more than/],
    ['a scanned text, often', loop('100000', "{% set x = big.replace('zz', '') %}"), /took more than/],
    ['a counted text, often', loop('100000', '{% set x = big | length %}'), /took more than/],
    ['a compared text, often', loop('100000', '{% set x = big == big2 %}'), /took more than/],
    ['items of an object, often', loop('100000', '{% set x = wide.items() %}'), /took more than/],
    ['a comparison of long lists, often', loop('100000', '{% set x = long == long2 %}'), /took more than/],
    [
      'unpacked arguments, often',
      `{% macro m() %}{{ varargs }}{% endmacro %}${loop('100000', '{% set x = m(*long) %}')}`,
      /took more than/,
    ],
    ['a split text, often', loop('100000', '{% set x = big.split() %}'), /took more than/],
    ['a character, often', loop('100000', '{% set x = big[5] %}'), /took more than/],
    [
      'mutual recursion',
      '{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{% endmacro %}{{ f() }}',
      /nested too deeply/,
    ],
    [
      'recursion of callers',
      '{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}',
      /nested too deeply/,
    ],
    [
      'a recursive loop without an end',
      '{% set ns = namespace(x=[1]) %}{% for i in ns.x recursive %}{{ loop(ns.x) }}{% endfor %}',
      /not a valid Jinja template/,
    ],
    [
      'branching recursion',
      '{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(100) }}',
      /took more than/,
    ],
    [
      'texts kept in a list',
      `{% set ns = namespace(x=[]) %}${loop('10000', "{% set ns.x = ns.x + ['a' * 16000000] %}")}`,
      /longer than 16777216/,
    ],
    [
      'tags to strip',
      "{{ ('<' * 10000000) | striptags }}{{ ('<!--' * 4000000) | striptags }}",
      /Unknown StringValue filter: striptags/,
    ],
    ['names in a format', "{{ ('%(' * 8000000) % 1 }}", /Unknown operator/],
    [
      'a grouped list',
      '{{ range(100000) | groupby(0) }}{{ range(100000) | unique | list | length }}',
      /Unknown ArrayValue filter: groupby/,
    ],
    [
      'a replacement of replacements',
      `{% set ns = namespace(x='a') %}${loop('99', "{% set ns.x = ns.x.replace('a', ns.x ~ ns.x) %}")}`,
      /longer than|took more than/,
    ],
  ])('%s', (_name, source, message) => {
    expect(
      failure(source, {
        variables: {
          big: 'a'.repeat(100_000),
          big2: `${'a'.repeat(99_999)}b`,
          long: LONG,
          long2: [...LONG],
          wide: { ...LONG },
        },
      }),
    ).toMatch(message);
  });

  it('deep nesting in the source', () => {
    expect(failure(`{{ ${'('.repeat(100_000)}1${')'.repeat(100_000)} }}`)).toMatch(/nested too deeply/);
    expect(failure(`{{ ${'['.repeat(100_000)} }}`)).toMatch(/not a valid Jinja template/);
  });

  it('long runs of white space, of tags and of what opens them', () => {
    expect(failure(`{{ 1 }}${' '.repeat(200_000)}`)).toMatch(
      /has 200000 characters of white space at 7, more than 1024/,
    );
    expect(failure(`${'\n '.repeat(100_000)}{%- if true %}a{% endif %}`)).toMatch(/of white space at 0/);
    for (const opening of [
      '{{',
      '{%',
      '{#',
      "{{ '",
      '{{ "\\',
      '{% raw %}',
      '{% if a %}',
      '{{ [',
      '{{ -',
      '{{ a.',
      '{{ not ',
    ])
      expect(failure(opening.repeat(Math.floor(200_000 / opening.length)))).toMatch(
        /not a valid Jinja template/,
      );
  });

  it('a long source', () => {
    expect(failure('a'.repeat(262_145))).toMatch(/is 262145 characters long, more than 262144/);
    expect(createChatTemplate('a'.repeat(262_144)).render(messages)).toHaveLength(262_144);
  });
});

describe('limits of the caller', () => {
  it('apply', () => {
    expect(failure('abc', { limits: { sourceLength: 2 } })).toMatch(/more than 2/);
    expect(failure(loop('20', 'a'), { limits: { steps: 40 } })).toMatch(/more than 40 steps/);
    expect(failure('a'.repeat(200), { limits: { outputLength: 199 } })).toMatch(/longer than 199/);
    expect(createChatTemplate('a'.repeat(200), { limits: { outputLength: 200 } }).render([])).toHaveLength(
      200,
    );
  });

  it('are counted anew for each conversation', () => {
    const template = createChatTemplate(loop('20', 'a'), { limits: { steps: 400 } });
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
