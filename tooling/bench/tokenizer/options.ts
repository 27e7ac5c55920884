import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const usage = `usage: pnpm bench:tokenizer [options]
  --rounds N        processes per library, default 5
  --passes N        passes over each text in a process, after the first, default 5
  --quick           1 round, 2 passes, texts of 100 kB, words of 50,000 letters, 10 s at most; writes nothing
  --only NAME       only this library; may be repeated
  --vocabulary NAME only this vocabulary (llama-3.1, cl100k, o200k); may be repeated
  --no-hostile      without the words of a million letters
  --output FOLDER   where to write tokenizer.md; default docs/benchmarks when everything is measured, otherwise
                    nowhere`;

export interface TokenizerBenchOptions {
  readonly rounds: number;
  readonly passes: number;
  readonly textBytes: number;
  readonly hostileLength: number;
  readonly hostileLimitMs: number;
  readonly only: readonly string[];
  readonly vocabularies: readonly string[];
  readonly hostile: boolean;
  /** Absent when the report is only printed. */
  readonly output?: string;
}

/** @throws {Error} with a message for people when an argument is wrong */
export function readOptions(args: readonly string[]): TokenizerBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      rounds: { type: 'string' },
      passes: { type: 'string' },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      vocabulary: { type: 'string', multiple: true, default: [] },
      hostile: { type: 'boolean', default: true },
      output: { type: 'string' },
    },
  });
  const { quick, only, vocabulary: vocabularies, hostile } = values;
  const everything = !quick && only.length === 0 && vocabularies.length === 0 && hostile;
  const output =
    values.output ?? (everything ? join(import.meta.dirname, '../../../docs/benchmarks') : undefined);
  return {
    rounds: positiveInteger('--rounds', values.rounds ?? (quick ? '1' : '5')),
    passes: positiveInteger('--passes', values.passes ?? (quick ? '2' : '5')),
    textBytes: quick ? 100_000 : 1_000_000,
    hostileLength: quick ? 50_000 : 1_000_000,
    hostileLimitMs: quick ? 10_000 : 60_000,
    only,
    vocabularies,
    hostile,
    ...(output !== undefined && { output: resolve(output) }),
  };
}

function positiveInteger(option: string, value: string): number {
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new Error(`${option}: a number from 1 to 9999, not ${value}`);
  return Number(value);
}
