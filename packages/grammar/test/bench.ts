/**
 * Times masks over a large vocabulary. Run: node --conditions=@llamella/source test/bench.ts
 */
import { readFileSync } from 'node:fs';
import type { TokenGrammar } from '@llamella/spec';
import { type TextTokenizer, tokenizerFromJson } from '@llamella/tokenizer';
import { createGrammarCompiler } from '../src/index.ts';
import { schemaFixtures } from './schema-fixtures.ts';
import { sharedData } from './schema-suite.ts';

const folder = `${sharedData}/tokenizers/llama3_1`;
const read = (file: string): unknown => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'));
const tokenizer: TextTokenizer = tokenizerFromJson(read('tokenizer.json'), read('tokenizer_config.json'));

function timed<T>(work: () => T): [T, number] {
  const start = performance.now();
  const result = work();
  return [result, performance.now() - start];
}

const [compiler, readTime] = timed(() => createGrammarCompiler(tokenizer));
console.log(`vocabulary of ${tokenizer.vocabularySize} read in ${readTime.toFixed(0)} ms`);
console.log('| grammar | compile, ms | tokens | mask median, ms | mean | worst |');
console.log('|---|---|---|---|---|---|');

function measure(name: string, compile: () => TokenGrammar, texts: readonly string[]): void {
  const [grammar, compileTime] = timed(compile);
  const mask = new Uint32Array(Math.ceil(tokenizer.vocabularySize / 32));
  const times: number[] = [];
  for (const text of texts) {
    using constraint = grammar.createConstraint();
    for (const token of tokenizer.encode(text, { addSpecialTokens: false })) {
      times.push(timed(() => constraint.fillMask(mask))[1]);
      constraint.accept(token);
    }
  }
  times.sort((left, right) => left - right);
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const figures = [
    compileTime.toFixed(1),
    times.length,
    times[times.length >> 1]!.toFixed(3),
    mean.toFixed(2),
    times.at(-1)!.toFixed(1),
  ];
  console.log(`| ${name} | ${figures.join(' | ')} |`);
}

const words = 'the quick brown fox '.repeat(20).trim();
measure(
  'any JSON',
  () => compiler.compileJson(),
  schemaFixtures.map(({ valid }) => JSON.stringify(valid[0], null, 2)),
);
for (const name of ['weather-call', 'invoice', 'expression', 'event']) {
  const { schema, valid } = schemaFixtures.find((fixture) => fixture.name === name)!;
  measure(
    `schema: ${name}`,
    () => compiler.compileJsonSchema(schema),
    valid.map((value) => JSON.stringify(value)),
  );
}
measure('string of at most 1,000', () => compiler.compileJsonSchema({ type: 'string', maxLength: 1000 }), [
  JSON.stringify(words),
]);
measure(
  'string of at most 100,000',
  () => compiler.compileJsonSchema({ type: 'string', maxLength: 100_000 }),
  [JSON.stringify(words)],
);
measure(
  'enum of 10,000',
  () => compiler.compileJsonSchema({ enum: Array.from({ length: 10_000 }, (_, at) => `value ${at * 7919}`) }),
  ['"value 79190"'],
);
measure('regex [a-z ]{1,100000}', () => compiler.compileRegex('[a-z ]{1,100000}'), [words]);
