import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLine } from './command-line.ts';
import { describeMachine, machineLine } from './machine.ts';
import { type BenchOptions, readOptions, usage } from './options.ts';
import { installPeer, peerVersion } from './peer-install.ts';
import { type BenchReport, jsonOf, markdownOf, type RunRecord, tableOf } from './report.ts';
import { runChild } from './run-child.ts';

const contextLength = 8192;
const quietLoad = 0.5;

async function main(options: BenchOptions): Promise<void> {
  const machine = describeMachine();
  console.error(machineLine(machine));
  if (machine.loadBefore > quietLoad) console.error('other work is running here: figures will be worse');
  if (options.candidates.includes('node-llama-cpp')) installPeer((line) => console.error(line));

  const runs: RunRecord[] = [];
  const { model, threads, exact } = options;
  for (let run = 0; run < options.runs; run++)
    for (const scenario of options.scenarios)
      for (const candidate of run % 2 === 0 ? options.candidates : options.candidates.toReversed()) {
        const settings = { model, threads, contextLength, exact };
        const measurement = await runChild({ candidate, settings, scenario });
        runs.push({ candidate, scenario: scenario.name, run, measurement });
        console.error(`run ${run + 1} of ${options.runs}: ${candidate}, ${scenario.name}`);
      }

  console.log(tableOf(runs));
  if (options.output === undefined) return;
  const report: BenchReport = {
    date: new Date().toISOString().slice(0, 10),
    command: commandLine('bench:node'),
    model: basename(model),
    peerVersion,
    llamella: `${llamellaBuild()}, ${exact ? 'exact' : 'default'} arithmetic`,
    threads,
    contextLength,
    machine,
    runs,
  };
  mkdirSync(options.output, { recursive: true });
  writeFileSync(join(options.output, 'node-cpu.md'), markdownOf(report));
  writeFileSync(join(options.output, 'node-cpu.json'), jsonOf(report));
  console.error(`wrote node-cpu.md and node-cpu.json to ${options.output}`);
}

function llamellaBuild(): string {
  const entry = fileURLToPath(import.meta.resolve('llamella'));
  if (!existsSync(entry)) return 'not built';
  return entry.endsWith('.ts') ? 'TypeScript sources' : 'built package';
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
