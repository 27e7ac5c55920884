/** Encodes the same texts with Llamella and its peers, each in processes of its own, and writes what that took. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine } from '../command-line.ts';
import { installNpm } from '../install-npm.ts';
import { describeMachine, machineLine } from '../machine.ts';
import { runProgram } from '../run-program.ts';
import { sharedData } from '../shared-data.ts';
import { type Contender, contenders, hostileContenders, versions } from './contenders.ts';
import { runsInPython } from './encoders.ts';
import { installPython } from './install-python.ts';
import { readOptions, type TokenizerBenchOptions, usage } from './options.ts';
import { type HostileRecord, markdownOf, type RoundRecord, tablesOf } from './report.ts';
import type { Task, TaskResult } from './task.ts';
import { writeHostileTexts, writeTexts } from './texts.ts';

const quietLoad = 0.5;
const roundLimitMs = 10 * 60_000;
const loadLimitMs = 20_000;
const log = (line: string) => console.error(line);

async function main(options: TokenizerBenchOptions): Promise<void> {
  const shared = sharedData('tokenizers/llama3_1/tokenizer.json', 'text/wikitext-2-raw/wiki.test.raw');
  const peers = installNpm('tokenizer', versions, log);
  const { python, corpus } = installPython(log);
  const machine = describeMachine();
  log(machineLine(machine));
  if (machine.loadBefore > quietLoad) log('other work is running here: figures will be worse');
  const texts = writeTexts(options.textBytes, shared, corpus);

  const isAmong = (name: string, names: readonly string[]) => names.length === 0 || names.includes(name);
  const wanted = ({ library, vocabulary }: Contender) =>
    isAmong(library, options.only) && isAmong(vocabulary, options.vocabularies);
  const taskOf = (contender: Contender, task: Pick<Task, 'texts' | 'warmUps' | 'passes'>): Task => ({
    ...task,
    contender,
    peers,
    vocabularyPath:
      contender.vocabulary === 'llama-3.1'
        ? join(shared, 'tokenizers/llama3_1/tokenizer.json')
        : join(peers, `node_modules/gpt-tokenizer/data/${contender.vocabulary}_base.tiktoken`),
    configPath: join(shared, 'tokenizers/llama3_1/tokenizer_config.json'),
  });

  const chosen = contenders.filter(wanted);
  if (chosen.length === 0) throw new Error('--only, --vocabulary: nothing is left to measure');
  log('comparing ids …');
  const checks: RoundRecord[] = [];
  for (const contender of chosen) {
    const result = await run(python, taskOf(contender, { texts, warmUps: 0, passes: 0 }), roundLimitMs);
    if (result === undefined) throw new Error(`${contender.library}: it took too long`);
    checks.push({ contender, result });
  }
  refuseDifferentIds(checks);

  const rounds: RoundRecord[] = [];
  for (let round = 0; round < options.rounds; round++)
    for (const contender of round % 2 === 0 ? chosen : chosen.toReversed()) {
      const task = taskOf(contender, { texts, warmUps: 3, passes: options.passes });
      const result = await run(python, task, roundLimitMs);
      if (result === undefined) throw new Error(`${contender.library}: a round took too long`);
      rounds.push({ contender, result });
      log(`round ${round + 1} of ${options.rounds}: ${contender.library}, ${contender.vocabulary}`);
    }

  const hostile = options.hostile
    ? await runHostile(options, python, taskOf, hostileContenders.filter(wanted))
    : [];
  const report = { machine, options, texts, rounds, hostile };
  console.log(tablesOf(report));
  if (options.output === undefined) return;
  mkdirSync(options.output, { recursive: true });
  const command = commandLine('bench:tokenizer');
  writeFileSync(join(options.output, 'tokenizer.md'), markdownOf(report, command, new Date()));
  log(`wrote tokenizer.md to ${options.output}`);
}

async function runHostile(
  { hostileLength, hostileLimitMs }: TokenizerBenchOptions,
  python: string,
  taskOf: (contender: Contender, task: Pick<Task, 'texts' | 'warmUps' | 'passes'>) => Task,
  chosen: readonly Contender[],
): Promise<HostileRecord[]> {
  const records: HostileRecord[] = [];
  for (const text of writeHostileTexts(hostileLength)) {
    const finished: RoundRecord[] = [];
    for (const contender of chosen) {
      const task = taskOf(contender, { texts: [text], warmUps: 0, passes: 0 });
      const result = await run(python, task, hostileLimitMs + loadLimitMs);
      const milliseconds = result?.texts[0]?.firstMs;
      const inTime = milliseconds !== undefined && milliseconds <= hostileLimitMs;
      records.push({ contender, text: text.name, ...(inTime && { milliseconds }) });
      if (result !== undefined) finished.push({ contender, result });
      log(`${text.name}: ${contender.library}, ${contender.vocabulary}`);
    }
    refuseDifferentIds(finished);
  }
  return records;
}

function run(python: string, task: Task, limitMs: number): Promise<TaskResult | undefined> {
  const argument = JSON.stringify(task);
  const folder = import.meta.dirname;
  if (!runsInPython(task.contender.library))
    return runProgram(process.execPath, [...process.execArgv, join(folder, 'child.ts'), argument], {
      limitMs,
    });
  const env = { ...process.env, TOKENIZERS_PARALLELISM: 'false', RAYON_NUM_THREADS: '1' };
  return runProgram(python, [join(folder, 'child.py'), argument], { env, limitMs });
}

/** @throws {Error} naming the library whose ids are not those of the first with the same vocabulary */
function refuseDifferentIds(records: readonly RoundRecord[]): void {
  for (const { contender, result } of records) {
    const first = records.find((other) => other.contender.vocabulary === contender.vocabulary)!;
    for (const [index, text] of result.texts.entries()) {
      const expected = first.result.texts[index]!;
      if (text.hash !== expected.hash)
        throw new Error(
          `${contender.vocabulary}, ${text.name}: ${contender.library} gives other ids (${text.count}) than ` +
            `${first.contender.library} (${expected.count})`,
        );
    }
  }
}

if (process.argv.includes('--help')) console.log(usage);
else {
  try {
    await main(readOptions(process.argv.slice(2)));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
