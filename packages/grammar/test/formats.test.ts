import { describe, expect, it } from 'vitest';
import { byteCompiler, matches } from './byte-vocabulary.ts';

const compiler = byteCompiler();
const allows = (schema: object, value: string): boolean => {
  using grammar = compiler.compileJsonSchema(schema, { maxWhitespace: 0 });
  return matches(grammar, JSON.stringify(value));
};
const digits = (count: number): string => '7'.repeat(count);

describe('formats without an end', () => {
  it.each([
    ['time', (count: number) => `10:00:00.${digits(count)}Z`, 9],
    ['date-time', (count: number) => `2026-02-03T10:00:00.${digits(count)}+01:00`, 9],
    ['duration', (count: number) => `P${digits(count)}W`, 9],
    ['duration', (count: number) => `P1Y2M${digits(count)}DT4H5M6S`, 9],
    ['relative-json-pointer', (count: number) => `${digits(count)}/a`, 10],
    ['email', (count: number) => `${'a'.repeat(count - 6)}@b.com`, 254],
    ['hostname', (count: number) => 'a.'.repeat(count).slice(0, count), 253],
    ['uri', (count: number) => `https://a.b/${digits(count - 12)}`, 2048],
    ['uri-reference', (count: number) => `/${digits(count - 1)}`, 2048],
    ['json-pointer', (count: number) => `/${digits(count - 1)}`, 2048],
  ])('writes %s within bounds', (format, text, most) => {
    expect(allows({ type: 'string', format }, text(most))).toBe(true);
    expect(allows({ type: 'string', format }, text(most + 1))).toBe(false);
  });

  it('still knows that the longer ones are valid', () => {
    const long = `2026-02-03T10:00:00.${digits(20)}Z`;
    expect(allows({ type: 'string', not: { format: 'date-time' } }, long)).toBe(false);
    expect(allows({ type: 'string', not: { format: 'date-time' } }, `${long}!`)).toBe(true);
    expect(allows({ enum: [long, 'x'], format: 'date-time' }, long)).toBe(true);
    expect(allows({ enum: [long, 'x'], format: 'date-time' }, 'x')).toBe(false);
    const mail = `${'a'.repeat(300)}@b.com`;
    expect(allows({ type: 'string', not: { format: 'email' } }, mail)).toBe(false);
    expect(allows({ const: mail, format: 'email' }, mail)).toBe(true);
  });
});
