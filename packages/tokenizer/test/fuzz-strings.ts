import { readFileSync } from 'node:fs';
import { randomIntegers, stringPools } from './random-strings.ts';

interface FuzzPools {
  readonly pools: readonly (readonly string[])[];
  readonly scripts: readonly (readonly [number, number])[];
}

type Random = (limit: number) => number;

const extra = JSON.parse(
  readFileSync(new URL('fixtures/fuzz-pools.json', import.meta.url), 'utf8'),
) as FuzzPools;
const pools = [...stringPools, ...extra.pools];
const specialTokens = extra.pools[11]!;

/**
 * Makes the same string as `fuzz_string` in tooling/reference/tokenizer_fuzz_strings.py, but for surrogates without
 * a partner.
 */
export function fuzzString(seed: number, index: number): string {
  const random = randomIntegers(seed + Math.imul(index, 0x9e3779b9));
  const kind = random(16);
  if (kind === 0) return repeat(random(60), () => String.fromCharCode(random(128)));
  if (kind === 1) return repeat(random(30), () => scriptCharacter(random));
  if (kind === 2) return oneScript(random);
  if (kind === 3) return codeUnits(random);
  if (kind === 4) return aroundSpecial(random);
  if (kind === 5) return part(random).repeat(1 + random(60));
  const limit = kind === 6 && random(8) === 0 ? 200 : 16;
  return repeat(random(limit), () => part(random));
}

function repeat(count: number, make: () => string): string {
  let text = '';
  for (let i = 0; i < count; i++) text += make();
  return text;
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random(items.length)]!;
}

function scriptCharacter(random: Random): string {
  const [first, last] = pick(random, extra.scripts);
  return String.fromCodePoint(first + random(last - first + 1));
}

function part(random: Random): string {
  const kind = random(10);
  if (kind === 0) return scriptCharacter(random);
  const item = pick(random, pick(random, pools));
  if (kind === 1) return item + item;
  return kind === 2 ? item.replace(/[a-z]+/g, (letters) => letters.toUpperCase()) : item;
}

function oneScript(random: Random): string {
  const [first, last] = pick(random, extra.scripts);
  const size = Math.min(last - first + 1, 40);
  const start = first + random(last - first + 2 - size);
  const word = () => repeat(random(8), () => String.fromCodePoint(start + random(size)));
  return repeat(random(12), () => word() + pick(random, [' ', ' ', ' ', '  ', ', ', '\n', "'", '-']));
}

function codeUnits(random: Random): string {
  return repeat(random(24), () => {
    const kind = random(4);
    if (kind === 0) return String.fromCharCode(0xd800 + random(0x800));
    if (kind === 1) return `\ud83d${String.fromCharCode(0xde00 + random(64))}`;
    return part(random);
  });
}

function aroundSpecial(random: Random): string {
  const text = repeat(1 + random(4), () => {
    const before = pick(random, ['', '', ' ', '  ', '\n', '\t', 'a', ' b', '\u3000', '.']);
    const special = pick(random, specialTokens);
    const kind = random(8);
    return before + (kind === 0 ? special.slice(1) : kind === 1 ? special.slice(0, -1) : special);
  });
  return text + pick(random, ['', ' ', ' a', 'b', '\n\n', '\u0301']);
}
