/**
 * Shows the strings of one block whose outputs differ from the reference's, which it reads from the standard input:
 *
 *     python tooling/reference/tokenizer_golden.py MODEL.gguf TOKENIZERS NAME BLOCK |
 *       node --conditions=@llamella/source packages/tokenizer/test/show-difference.ts NAME
 */
import { readFileSync } from 'node:fs';
import { type Outputs, outputsOf } from './reference-outputs.ts';
import { referenceTokenizers } from './test-data.ts';

const name = process.argv[2];
const entry = referenceTokenizers.find((candidate) => candidate.name === name);
if (!entry) throw new Error(`${name} is none of ${referenceTokenizers.map((candidate) => candidate.name)}`);
const tokenizer = entry.load();
const cases = JSON.parse(readFileSync(0, 'utf8')) as readonly Record<string, string | number[]>[];

for (const { text, ...expected } of cases) {
  const actual = outputsOf(tokenizer, entry.name, text as string);
  for (const [key, value] of Object.entries(expected)) {
    const reference: ArrayLike<unknown> = value;
    const here: ArrayLike<unknown> = actual[key as keyof Outputs];
    let at = 0;
    while (at < reference.length && reference[at] === here[at]) at++;
    if (at === reference.length && at === here.length) continue;
    console.log(JSON.stringify(text));
    console.log(`  ${key} from ${at}: reference ${show(reference, at)}, here ${show(here, at)}`);
    break;
  }
}

function show(value: ArrayLike<unknown>, from: number): string {
  const items = Array.from({ length: value.length }, (_, index) => value[index]);
  const part = items.slice(Math.max(0, from - 4), from + 12);
  return JSON.stringify(typeof value === 'string' ? part.join('') : part);
}
