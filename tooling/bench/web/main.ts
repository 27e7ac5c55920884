/** Runs the same model in headless Chromium with Llamella, wllama and transformers.js, on WASM. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { commandLine } from '../command-line.ts';
import { describeMachine, machineLine } from '../machine.ts';
import { positiveInteger, runMain } from '../main-program.ts';
import { type CandidatePage, pages } from './candidates.ts';
import { measurePage, type Workload } from './measure.ts';
import type { CandidateName } from './peers.ts';
import { createPrompts } from './prompts.ts';
import { markdownOf, type PageRecord, tableOf } from './report.ts';

const names = Object.keys(pages) as CandidateName[];
const usage = `usage: pnpm bench:web [options]
  --rounds N        browsers per library, default 3
  --runs N          generations that are counted in each, default 2
  --prompt N        tokens of a prompt, default 128
  --tokens N        tokens generated after it, default 32
  --threads N       default 2
  --only NAME       only this library (${names.join(', ')}); may be repeated
  --output FOLDER   where to write web.md; by default it is only printed`;

const contextLength = 1024;
/** Tokens that transformers.js generates after the first. */
const fewTokens = 8;
const quietLoad = 0.5;
const log = (line: string) => console.error(line);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '3' },
      runs: { type: 'string', default: '2' },
      prompt: { type: 'string', default: '128' },
      tokens: { type: 'string', default: '32' },
      threads: { type: 'string', default: '2' },
      only: { type: 'string', multiple: true, default: [] },
      output: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const workload: Workload = {
    threads: positiveInteger('--threads', values.threads, 64),
    contextLength,
    promptTokens: positiveInteger('--prompt', values.prompt, 512),
    generatedTokens: positiveInteger('--tokens', values.tokens, 256) + 1,
    runs: positiveInteger('--runs', values.runs, 7),
  };
  const rounds = positiveInteger('--rounds', values.rounds, 100);
  const chosen = choose(values.only);
  const prompts = await createPrompts(workload.runs + 1, workload.promptTokens);
  const contents = new Map<CandidateName, CandidatePage>();
  for (const name of chosen) contents.set(name, await pages[name]());
  const machine = describeMachine();
  log(machineLine(machine));
  if (machine.loadBefore > quietLoad) log('other work is running here: figures will be worse');
  const records: PageRecord[] = [];
  for (let round = 0; round < rounds; round++)
    for (const name of round % 2 === 0 ? chosen : chosen.toReversed()) {
      const measurement = await measurePage(contents.get(name)!, workloadOf(name, workload), prompts);
      records.push({ name, measurement });
      log(
        `round ${round + 1} of ${rounds}: ${tableOf([records.at(-1)!], workload)
          .split('\n')
          .at(-1)}`,
      );
    }
  console.log(tableOf(records, workload));
  if (values.output === undefined) return;
  mkdirSync(values.output, { recursive: true });
  const command = commandLine('bench:web');
  writeFileSync(
    join(values.output, 'web.md'),
    markdownOf(records, { workload, machine, rounds, command, date: new Date() }),
  );
  log(`wrote web.md to ${resolve(values.output)}`);
}

/** The slowest library generates less: its speed hardly varies, and a run would take twice as long. */
function workloadOf(name: CandidateName, workload: Workload): Workload {
  if (name !== 'transformers.js') return workload;
  return { ...workload, generatedTokens: Math.min(workload.generatedTokens, fewTokens + 1) };
}

function choose(only: readonly string[]): readonly CandidateName[] {
  const unknown = only.find((name) => !(names as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Error(`--only: ${unknown} is none of ${names.join(', ')}`);
  return only.length === 0 ? names : names.filter((name) => only.includes(name));
}

await runMain(main);
