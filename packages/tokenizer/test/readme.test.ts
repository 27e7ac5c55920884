import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as tokenizerPackage from '../src/index.ts';

it('runs the example of the README with the results that it states', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
  const stated: string[] = [];
  const body = example
    .replace(/^import \{ (.*) \} from '@llamella\/tokenizer';/m, 'const { $1 } = tokenizerPackage;')
    // `expression; // result` becomes a comparison of the two.
    .replaceAll(
      /^(const \w+ = |text \+= )?(tokenizer.*|decoder.*); \/\/ (?:Uint32Array )?(.*)$/gm,
      (_, assign, value, result) => {
        stated.push(result);
        if (assign === 'text += ') return `text += ${value}; check(text, ${result});`;
        return `${assign ? `${assign}${value}; ` : ''}check(${assign ? 'ids' : value}, ${result});`;
      },
    );
  let checks = 0;
  const check = (value: unknown, result: unknown) => {
    checks++;
    expect(value instanceof Uint32Array ? Array.from(value) : value).toEqual(result);
  };
  new Function('tokenizerPackage', 'check', body)(tokenizerPackage, check);
  expect(checks).toBe(5);
  expect(stated.length).toBe(5);
});
