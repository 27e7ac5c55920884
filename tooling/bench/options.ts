import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { CandidateName } from './measurement.ts';
import { type Scenario, scenarios } from './scenarios.ts';

const repository = resolve(import.meta.dirname, '../..');
const weights = join(repository, 'packages/model-smollm2-135m-instruct/weights');
const candidateNames: readonly CandidateName[] = ['llamella', 'node-llama-cpp'];

export interface BenchOptions {
  readonly model: string;
  readonly runs: number;
  readonly threads: number;
  readonly exact: boolean;
  readonly candidates: readonly CandidateName[];
  readonly scenarios: readonly Scenario[];
  /** Folder for the report; absent when it is only printed. */
  readonly output?: string;
}

export const usage = `usage: pnpm bench:node [options]
  --model FILE      GGUF with SmolLM2's vocabulary, or its first split; default: the embedded model
  --runs N          measurements of each kind, default 5
  --threads N       default: all cores
  --exact           Llamella's option of the same name
  --only NAME       only this candidate (${candidateNames.join(', ')}); may be repeated
  --scenario NAME   only this scenario (${scenarios.map(({ name }) => name).join(', ')}); may be repeated
  --output FOLDER   where to write node-cpu.md and node-cpu.json; default docs/benchmarks when everything
                    is measured, otherwise nowhere`;

/** @throws {Error} with a message for people when an argument is wrong */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      model: { type: 'string' },
      runs: { type: 'string', default: '5' },
      threads: { type: 'string', default: String(availableParallelism()) },
      exact: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      scenario: { type: 'string', multiple: true, default: [] },
      output: { type: 'string' },
    },
  });
  const model = resolve(values.model ?? embeddedModel());
  if (!existsSync(model)) throw new Error(`--model: there is no file ${model}`);
  const candidates = choose('--only', candidateNames, (name) => name, values.only);
  const chosen = choose('--scenario', scenarios, ({ name }) => name, values.scenario);
  const everything = candidates.length === candidateNames.length && chosen.length === scenarios.length;
  const output = values.output ?? (everything ? join(repository, 'docs/benchmarks') : undefined);
  return {
    model,
    runs: positiveInteger('--runs', values.runs),
    threads: positiveInteger('--threads', values.threads),
    exact: values.exact,
    candidates,
    scenarios: chosen,
    ...(output !== undefined && { output: resolve(output) }),
  };
}

function embeddedModel(): string {
  const files = existsSync(weights) ? readdirSync(weights).filter((name) => name.endsWith('.gguf')) : [];
  const first = files.sort()[0];
  if (first === undefined) throw new Error(`--model: no GGUF in ${weights}, name one`);
  return join(weights, first);
}

function positiveInteger(option: string, value: string): number {
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new Error(`${option}: a number from 1 to 9999, not ${value}`);
  return Number(value);
}

function choose<T>(
  option: string,
  all: readonly T[],
  nameOf: (item: T) => string,
  names: string[],
): readonly T[] {
  const unknown = names.find((name) => !all.some((item) => nameOf(item) === name));
  if (unknown !== undefined)
    throw new Error(`${option}: ${unknown} is none of ${all.map(nameOf).join(', ')}`);
  return names.length === 0 ? all : all.filter((item) => names.includes(nameOf(item)));
}
