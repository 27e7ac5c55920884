import { createRandom } from '@llamella/conformance';
import { describe, expect, it } from 'vitest';
import { StopMatcher } from '../src/stop-matcher.ts';

/** The rule in its plainest form: look at every beginning of the text in turn. */
function expected(text: string, stops: string[]): { text: string; stopped: boolean } {
  for (let end = 1; end <= text.length; end++) {
    const found = stops.filter((stop) => text.slice(0, end).endsWith(stop)).map((stop) => stop.length);
    if (found.length > 0) return { text: text.slice(0, end - Math.max(...found)), stopped: true };
  }
  return { text, stopped: false };
}

describe('StopMatcher', () => {
  it('agrees with a plain search, however the text is split', () => {
    const random = createRandom(1);
    const draw = (length: number) => Array.from({ length }, () => 'ab'[random.integer(2)]).join('');
    let stops = 0;
    for (let round = 0; round < 3000; round++) {
      const texts = Array.from({ length: 1 + random.integer(3) }, () => draw(1 + random.integer(6)));
      const text = draw(random.integer(24));
      const matcher = new StopMatcher(texts);
      let output = '';
      for (let position = 0; position < text.length; ) {
        const size = random.integer(6);
        output += matcher.push(text.slice(position, position + size));
        position += size;
        // What is out must be right already, and only what may begin a stop string is held back.
        const sure = expected(text.slice(0, position), texts);
        expect(sure.text.startsWith(output)).toBe(true);
        const held = sure.text.slice(output.length);
        expect(held === '' || texts.some((stop) => stop.startsWith(held))).toBe(true);
      }
      const plain = expected(text, texts);
      expect({ text: output + matcher.end(), stopped: matcher.stopped }).toEqual(plain);
      if (plain.stopped) stops++;
    }
    expect(stops).toBeGreaterThan(1000);
  });

  it('passes everything through without stop strings', () => {
    const matcher = new StopMatcher([]);
    expect(matcher.push('abc') + matcher.end()).toBe('abc');
    expect(matcher.stopped).toBe(false);
  });

  it('drops what comes after the stop string', () => {
    const matcher = new StopMatcher(['\n\nHuman:']);
    expect(['Sure.', '\n', '\nHu', 'man: hi', 'more'].map((text) => matcher.push(text))).toEqual([
      'Sure.',
      '',
      '',
      '',
      '',
    ]);
    expect(matcher.stopped).toBe(true);
    expect(matcher.end()).toBe('');
  });

  it('does not hold more than the longest possible beginning', () => {
    const matcher = new StopMatcher(['ab!', 'b?']);
    expect(matcher.push('xab')).toBe('x');
    expect(matcher.push('?')).toBe('a');
    expect(matcher.stopped).toBe(true);
  });

  it('is linear in the text for a repetitive stop string', () => {
    const matcher = new StopMatcher([`${'a'.repeat(2000)}b`]);
    for (let index = 0; index < 200; index++) matcher.push('a'.repeat(1000));
    expect(matcher.end()).toHaveLength(2000);
  });
});
