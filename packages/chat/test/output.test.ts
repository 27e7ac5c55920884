import { describe, expect, it } from 'vitest';
import { collectMessage, createOutputParser, type OutputEvent, type OutputFormatName } from '../src/index.ts';
import { SAMPLES } from './output-samples.ts';

const tools = [
  {
    type: 'function',
    function: {
      name: 'typed',
      parameters: {
        type: 'object',
        properties: {
          text: { type: 'string' },
          count: { type: 'integer' },
          flag: { type: 'boolean' },
          list: { type: 'array' },
        },
      },
    },
  },
];

/** Joins neighbouring pieces of one kind. */
function join(events: readonly OutputEvent[]): OutputEvent[] {
  const joined: OutputEvent[] = [];
  for (const event of events) {
    const last = joined.at(-1);
    const isPiece = event.type === 'text' || event.type === 'reasoning' || event.type === 'tool-call-delta';
    if (isPiece && last?.type === event.type)
      joined[joined.length - 1] = { ...last, text: last.text + event.text };
    else joined.push(event);
  }
  return joined;
}

function parse(format: OutputFormatName, pieces: readonly string[], prompt?: string): OutputEvent[] {
  const parser = createOutputParser(format, { tools, ...(prompt !== undefined && { prompt }) });
  return join([...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()]);
}

describe.each(SAMPLES)(
  '$format: $name',
  ({ format, output, prompt, text = '', reasoning = '', calls = [], errors = 0 }) => {
    const events = parse(format, [output], prompt);

    it('says what is in it', () => {
      const message = collectMessage(events.filter(({ type }) => type !== 'error'));
      expect({
        text: message.content,
        reasoning: message.reasoning_content ?? '',
        calls: (message.tool_calls ?? []).map(({ function: { name, arguments: values } }) => [name, values]),
        errors: events.filter(({ type }) => type === 'error').length,
      }).toEqual({ text, reasoning, calls: calls.map(([name, values]) => [name, values]), errors });
      for (const [index, [, , id]] of calls.entries())
        if (id !== undefined) expect(message.tool_calls![index]!.id).toBe(id);
    });

    it('gives arguments in pieces that are their JSON', () => {
      for (const event of events) {
        if (event.type !== 'tool-call-end') continue;
        const pieces = events.filter(
          (piece) => piece.type === 'tool-call-delta' && piece.index === event.index,
        );
        const json = pieces.map((piece) => (piece.type === 'tool-call-delta' ? piece.text : '')).join('');
        expect(JSON.parse(json)).toEqual(event.arguments);
      }
    });

    it('says the same however it is split', () => {
      expect(parse(format, output.split(''), prompt)).toEqual(events);
      for (let split = 1; split < output.length; split++)
        expect(parse(format, [output.slice(0, split), output.slice(split)], prompt)).toEqual(events);
    });
  },
);

describe('hostile outputs', () => {
  const formats: OutputFormatName[] = [...new Set(SAMPLES.map(({ format }) => format))];
  const size = 1_000_000;
  const openings = [
    ...new Set(SAMPLES.flatMap(({ output }) => output.match(/^(<[^>]+>|\[[A-Z_]+\]|functools)/)?.[0] ?? [])),
  ];
  const units = [
    '[',
    '<',
    '{',
    '(',
    '"',
    "'",
    '`',
    '\\',
    ' ',
    '{"a":',
    '[[[',
    '<tool_call>',
    '</think>',
    '<think>',
    '[f(',
    'f(a=[',
    '<parameter=a>',
    '<function=',
    ...openings,
  ];

  /** What comes out must be what went in, but for markers and white space around them. */
  function lengthOf(events: readonly OutputEvent[]): number {
    return events.reduce((sum, event) => sum + ('text' in event ? event.text.length : 0), 0);
  }

  it.each(formats)('%s takes time in proportion, and no stack', (format) => {
    for (const unit of units) {
      const events = parse(format, [unit.repeat(Math.ceil(size / unit.length / 50))]);
      expect(lengthOf(events)).toBeLessThanOrEqual(size * 2);
    }
    for (const opening of openings)
      for (const unit of ['{"name": "f", "arguments": ', '[', '{', '<', 'f(a=', '"', '{"a":', 'x', ' ']) {
        parse(format, [`${opening}{"name": "f", "arguments": {"a": ${unit.repeat(1_000)}`]);
        parse(format, [opening + unit.repeat(1_000)]);
      }
  });

  it('nesting of 100,000 is an error, or text', () => {
    const deep = '['.repeat(100_000);
    const of = (events: OutputEvent[]) => events.map(({ type }) => type);
    expect(of(parse('hermes', [`<tool_call>{"name": "f", "arguments": {"a": ${deep}</tool_call>`]))).toEqual([
      'tool-call-start',
      'tool-call-delta',
      'error',
    ]);
    expect(of(parse('pythonic', [`[f(a=${deep}`]))).toEqual(['text']);
    expect(of(parse('pythonic', [`[f(), f(a=${deep}`]))).toContain('error');
    expect(of(parse('llama3-json', [`{"name": "f", "parameters": ${deep}`]))).toEqual(['text']);
  });

  it('a megabyte of one character', () => {
    for (const format of ['text', 'hermes', 'pythonic', 'llama3-json'] as const)
      for (const character of '[<{') {
        const events = parse(format, [character.repeat(size)]);
        expect(lengthOf(events)).toBe(size);
      }
  }, 60_000);

  it('keys such as __proto__ are data', () => {
    const events = parse('hermes', [
      '<function=f><parameter=__proto__>x</parameter></function><tool_call>{"name":"g","arguments":{"__proto__":{"y":1}}}</tool_call>',
    ]);
    const ends = events.filter((event) => event.type === 'tool-call-end');
    expect(ends.map(({ arguments: values }) => JSON.stringify(values))).toEqual([
      '{"__proto__":"x"}',
      '{"__proto__":{"y":1}}',
    ]);
    expect(({} as { y?: number }).y).toBeUndefined();
  });
});

it('a format must be known', () => {
  expect(() => createOutputParser('x' as OutputFormatName)).toThrow(
    /format: must be one of text, llama3-json/,
  );
});
