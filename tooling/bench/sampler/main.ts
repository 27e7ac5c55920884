/** Samples from the same logits with Llamella and with transformers.js, and writes time and memory per token. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { commandLine } from '../command-line.ts';
import { installNpm } from '../install-npm.ts';
import { describeMachine, machineLine } from '../machine.ts';
import { positiveInteger, runMain } from '../main-program.ts';
import { runProgram } from '../run-program.ts';
import { markdownOf, type SamplerRecord, tableOf } from './report.ts';
import { type LibraryName, peerVersion, settings, type Task, type TaskResult } from './task.ts';

const usage = `usage: pnpm bench:sampler [options]
  --rounds N        processes per library and row, default 5
  --tokens N        tokens that are timed in a process, default 200
  --quick           1 round of 40 tokens; writes nothing
  --output FOLDER   where to write sampler.md, default docs/benchmarks`;

const quietLoad = 0.5;
const limitMs = 5 * 60_000;
const libraries: readonly LibraryName[] = ['llamella', 'transformers.js'];
const log = (line: string) => console.error(line);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string' },
      tokens: { type: 'string' },
      quick: { type: 'boolean', default: false },
      output: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const rounds = positiveInteger('--rounds', values.rounds ?? (values.quick ? '1' : '5'));
  const tokens = positiveInteger('--tokens', values.tokens ?? (values.quick ? '40' : '200'));
  const peers = installNpm('sampler', { '@huggingface/transformers': peerVersion }, log);
  const machine = describeMachine();
  log(machineLine(machine));
  if (machine.loadBefore > quietLoad) log('other work is running here: figures will be worse');
  const records: SamplerRecord[] = [];
  for (let round = 0; round < rounds; round++)
    for (const setting of settings.keys())
      for (const library of round % 2 === 0 ? libraries : libraries.toReversed()) {
        const task: Task = { library, setting, peers, warmUp: tokens, tokens };
        const result = await run(task);
        records.push({ library, setting, result });
        log(`round ${round + 1} of ${rounds}: ${library}, ${settings[setting]!.name}`);
      }
  console.log(tableOf(records));
  const output =
    values.output ?? (values.quick ? undefined : join(import.meta.dirname, '../../../docs/benchmarks'));
  if (output === undefined) return;
  mkdirSync(output, { recursive: true });
  const text = markdownOf(records, machine, rounds, tokens, commandLine('bench:sampler'), new Date());
  writeFileSync(join(output, 'sampler.md'), text);
  log(`wrote sampler.md to ${resolve(output)}`);
}

async function run(task: Task): Promise<TaskResult> {
  // Room for new objects, so that little is collected while allocation is measured.
  const flags = [...process.execArgv, '--max-semi-space-size=256', '--min-semi-space-size=256'];
  const script = join(import.meta.dirname, 'child.ts');
  const args = [...flags, script, JSON.stringify(task)];
  const result = await runProgram<TaskResult>(process.execPath, args, { limitMs });
  if (result === undefined) throw new Error(`${task.library}: it took too long`);
  if (result.milliseconds.length !== task.tokens)
    throw new Error(`${task.library}: ${result.milliseconds.length} tokens, ${task.tokens} asked for`);
  return result;
}

await runMain(main);
