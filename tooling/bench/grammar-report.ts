import type { GrammarRecord } from './grammar-run.ts';
import { type Machine, machineLine } from './machine.ts';

/** What is known about one schema. */
export interface GrammarRow {
  readonly name: string;
  readonly records: readonly GrammarRecord[];
  /** Tokens per second without a grammar. */
  readonly free: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** One row for each schema, then one for all, as Markdown. */
export function grammarTable(rows: readonly GrammarRow[]): string {
  return [
    '| schema | texts, valid | tokens | ended at the limit | compile, ms | grammar, ms per token | worst mask, ms | tok/s with grammar | tok/s without |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...rows.map(({ name, records, free }) => line(name, records, Math.max(...compileTimes(records)), free)),
    line(
      '**all**',
      rows.flatMap(({ records }) => records),
      undefined,
      rows.length / sum(rows.map(({ free }) => 1 / free)),
    ),
  ].join('\n');
}

const compileTimes = (records: readonly GrammarRecord[]): number[] =>
  records.map(({ compileMs }) => compileMs);

function line(
  name: string,
  records: readonly GrammarRecord[],
  compileMs: number | undefined,
  free: number,
): string {
  const tokens = sum(records.map((record) => record.tokens));
  const valid = records.filter(({ fault }) => fault === undefined).length;
  const cells = [
    name,
    `${records.length}, ${valid}`,
    tokens.toLocaleString('en'),
    String(records.filter(({ tokens: count, maxTokens }) => count >= maxTokens - 1).length),
    compileMs === undefined ? '–' : compileMs.toFixed(1),
    (sum(records.map(({ grammarMs }) => grammarMs)) / tokens).toFixed(2),
    Math.max(...records.map(({ worstMaskMs }) => worstMaskMs)).toFixed(1),
    ((tokens / sum(records.map(({ generateMs }) => generateMs))) * 1000).toFixed(0),
    free.toFixed(0),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The whole report. */
export function grammarMarkdown(
  rows: readonly GrammarRow[],
  machine: Machine,
  command: string,
  date: Date,
): string {
  const records = rows.flatMap((row) => row.records);
  const faults = records.filter(({ fault }) => fault !== undefined);
  const temperatures = [...new Set(records.map(({ temperature }) => temperature))].join(', ');
  const tokens = sum(records.map((record) => record.tokens)).toLocaleString('en');
  return `# Constrained generation

Written by \`${command}\` on ${date.toISOString().slice(0, 10)}.

- Machine: ${machineLine(machine)}
- Model: SmolLM2-135M-Instruct Q4_1, the package's own, 49,152 tokens
- ${rows.length} schemas of \`packages/grammar/test/fixtures/schemas\`, \`maxWhitespace: 1\`, at most ${records[0]?.maxTokens} tokens a text
- Temperatures ${temperatures}; the seeds count up from 1

**${records.length - faults.length} of ${records.length} texts are valid** (\`JSON.parse\`, then Ajv), ${tokens} tokens.

${grammarTable(rows)}

*Ended at the limit*: texts that a model of this size would have gone on with, had the grammar not brought them to an end
within the limit. *Grammar, ms per token*: masks, taking tokens and looking for certain ones, measured inside the
generation. *tok/s with grammar* counts the tokens for which the model was not asked because the grammar left no choice,
and is a mean over longer texts than *tok/s without*, which is the first tokens after the same prompt. *Compile* is the
first time, before the grammar is in the cache.
${faults.map(({ name, temperature, seed, fault }) => `\n- not valid: ${name} at ${temperature}, seed ${seed}: ${fault}`).join('')}`;
}
