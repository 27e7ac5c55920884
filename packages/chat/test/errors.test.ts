import { type ChatMessage, InvalidArgumentError, LlamellaError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { createChatTemplate } from '../src/index.ts';
import { fixture } from './shared-data.ts';

const template = createChatTemplate(fixture('smollm2.jinja'));
const withCode = (code: string) =>
  expect.toSatisfy((error) => LlamellaError.isInstance(error) && error.code === code);

describe('messages of the wrong shape', () => {
  const user = { role: 'user', content: 'a' };
  it.each<[unknown, string]>([
    [undefined, 'messages: must be an array, got undefined'],
    ['Hi', 'messages: must be an array, got string'],
    [{ role: 'user', content: 'a' }, 'messages: must be an array, got object'],
    [[user, null], 'messages[1]: must be an object, got null'],
    [[user, 'Hi'], 'messages[1]: must be an object, got string'],
    [[[user]], 'messages[0]: must be an object, got array'],
    [[user, user, user, { content: 'a' }], 'messages[3].role: must be a string, got undefined'],
    [[{ role: 1, content: 'a' }], 'messages[0].role: must be a string, got number'],
    [[{ role: 'user', content: 7 }], 'messages[0].content: must be a string, parts or null, got number'],
  ])('%o', (messages, message) => {
    const render = () => template.render(messages as ChatMessage[]);
    expect(render).toThrow(InvalidArgumentError);
    expect(render).toThrow(message);
  });

  it('a source that is no text', () => {
    expect(() => createChatTemplate(undefined as unknown as string)).toThrow(
      'source: must be a string, got undefined',
    );
  });
});

describe('failures of the template', () => {
  it('its own refusal', () => {
    const source =
      "{% if messages[0].role != 'user' %}{{ raise_exception('Roles must alternate!') }}{% endif %}ok";
    const strict = createChatTemplate(source, { name: 'model.gguf' });
    expect(strict.render([{ role: 'user', content: '' }])).toBe('ok');
    const render = () => strict.render([{ role: 'tool', content: '' }]);
    expect(render).toThrow('model.gguf: the template rejects this conversation: Roles must alternate!');
    expect(render).toThrow(withCode('template'));
  });

  it.each(['{% if %}', '{{ a', '{% for x in y %}', '{{ 1 + }}', '{% endif %}', '{{ "a }}'])(
    'syntax: %s',
    (source) => {
      const create = () => createChatTemplate(source);
      expect(create).toThrow(/^chat template: not a valid Jinja template: ./);
      expect(create).toThrow(withCode('template'));
    },
  );

  it.each([
    ['{{ messages | nonsense }}', /nonsense/],
    ['{{ nothing() }}', /Cannot call something that is not a function: got UndefinedValue/],
    ['{{ nothing.a.b + 1 }}', /a of what is undefined/],
    ['{{ [1] | select("nonsense") | list }}', /No test named 'nonsense'/],
    ['{{ [1] | map("nonsense") | list }}', /nonsense/],
  ])('while rendering: %s', (source, message) => {
    const render = () => createChatTemplate(source).render([]);
    expect(render).toThrow(/^chat template: cannot render this conversation: ./);
    expect(render).toThrow(message);
    expect(render).toThrow(withCode('template'));
  });

  it('data that a template cannot see', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    expect(() => template.render([], { variables: { cyclic } })).toThrow(/nested too deeply/);
    expect(() => template.render([], { variables: { big: 2n ** 64n } })).toThrow(
      /Cannot convert to runtime value: 18446744073709551616/,
    );
  });
});

describe('variables', () => {
  const render = (source: string, options?: Parameters<typeof createChatTemplate>[1], variables = {}) =>
    createChatTemplate(source, options).render([], { variables });

  it('of the call go before those of the template, and those before none', () => {
    const source = '{{ bos_token }}|{{ a }}|{{ tools is none }}';
    expect(render(source)).toBe('||True');
    expect(render(source, { bosToken: '<s>', variables: { a: 1, tools: [] } })).toBe('<s>|1|False');
    expect(render(source, { bosToken: '<s>', variables: { a: 1 } }, { a: 2, bos_token: '' })).toBe('|2|True');
  });

  it('may hold what an empty list has not', () => {
    expect(render('{% set x = [] | first %}{{ x is defined }}')).toBe('False');
  });

  it('that are undefined are absent, also in messages', () => {
    expect(render('{{ tools is none }}', {}, { tools: undefined })).toBe('True');
    const source = "{{ 'tool_calls' in messages[0] }}";
    const message = { role: 'assistant', content: '', tool_calls: undefined };
    expect(createChatTemplate(source).render([message])).toBe('False');
  });

  it('may be functions, and may replace those that are there', () => {
    expect(
      render('{{ f(2) }}{{ range(3) }}', { variables: { f: (x: number) => x * 2, range: () => 'r' } }),
    ).toBe('4r');
    expect(render('{{ namespace }}', { variables: { namespace: 'n' } })).toBe('n');
  });

  it('include the time, in English', () => {
    const now = () => new Date(2026, 2, 5, 15, 4, 9);
    const show = (format: string) => render(`{{ strftime_now('${format}') }}`, { now });
    expect(show('%d %b %Y')).toBe('05 Mar 2026');
    expect(show('%A, %B %-d, %y %H:%M:%S %a %m')).toBe('Thursday, March 5, 26 15:04:09 Thu 03');
    expect(show('100%% %j %constructor %')).toBe('100% %j %constructor %');
    expect(render("{{ strftime_now('%Y') }}")).toBe(String(new Date().getFullYear()));
  });

  it('keep their state from one conversation to the next', () => {
    const counter = createChatTemplate(
      '{% set ns = namespace(n=0) %}{% set x = tools %}{% set tools = 1 %}{{ ns.n }}{{ x }}',
    );
    expect([counter.render([]), counter.render([])]).toEqual(['0None', '0None']);
  });
});
