/** Writes JSON with SmolLM2 under the schemas of the grammar tests, checks every text, and measures what that costs. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadModel } from 'llamella';
import { commandLine } from './command-line.ts';
import { type GrammarRow, grammarMarkdown, grammarTable } from './grammar-report.ts';
import { type GrammarRecord, readGrammarSchemas, runConstrained, runFree } from './grammar-run.ts';
import { describeMachine, machineLine } from './machine.ts';
import { positiveInteger, runMain } from './main-program.ts';

const usage = `usage: pnpm bench:grammar [options]
  --tokens N        goes on with new seeds until so many tokens were generated, default 10000
  --max-tokens N    most tokens of a text, default 500
  --quick           one text for each schema, at most 100 tokens; writes nothing
  --output FOLDER   where to write grammar.md, default docs/benchmarks`;

const freeTokens = 50;
const mostRounds = 50;
const log = (line: string) => console.error(line);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      tokens: { type: 'string', default: '10000' },
      'max-tokens': { type: 'string' },
      quick: { type: 'boolean', default: false },
      output: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const { quick } = values;
  const wanted = quick ? 0 : positiveInteger('--tokens', values.tokens);
  const maxTokens = positiveInteger('--max-tokens', values['max-tokens'] ?? (quick ? '100' : '500'));
  const temperatures = quick ? [0.8] : [0, 0.8, 1];
  const machine = describeMachine();
  log(machineLine(machine));

  await using model = await loadModel();
  // The vocabulary is read with the first grammar: not part of any schema's time.
  model.grammars.compileJson()[Symbol.dispose]();
  const schemas = readGrammarSchemas();
  const rows: (GrammarRow & { records: GrammarRecord[] })[] = [];
  for (const schema of schemas) {
    rows.push({ name: schema.name, records: [], free: await runFree(model, schema, freeTokens) });
  }
  let tokens = 0;
  for (let seed = 1; seed === 1 || (tokens < wanted && seed <= mostRounds); seed++)
    // Greedy texts do not depend on the seed: once is enough.
    for (const temperature of seed === 1 ? temperatures : temperatures.filter((value) => value > 0))
      for (const [at, schema] of schemas.entries()) {
        if (seed > 1 && tokens >= wanted) break;
        const record = await runConstrained(model, schema, { temperature, seed, maxTokens });
        rows[at]!.records.push(record);
        tokens += record.tokens;
        const state = record.fault === undefined ? 'valid' : `NOT VALID: ${record.fault}: ${record.text}`;
        log(`${record.name}, temperature ${temperature}, seed ${seed}: ${record.tokens} tokens, ${state}`);
      }
  console.log(grammarTable(rows));
  if (rows.some(({ records }) => records.some(({ fault }) => fault !== undefined))) process.exitCode = 1;
  const output = values.output ?? (quick ? undefined : join(import.meta.dirname, '../../docs/benchmarks'));
  if (output === undefined) return;
  mkdirSync(output, { recursive: true });
  const text = grammarMarkdown(rows, machine, commandLine('bench:grammar'), new Date());
  writeFileSync(join(output, 'grammar.md'), text);
  log(`wrote grammar.md to ${resolve(output)}`);
}

await runMain(main);
