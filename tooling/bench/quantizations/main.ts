/** Compares SmolLM2 in several mixes of types with llama.cpp on the same files: perplexity, and speed of decoding. */

import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { weightsUrl } from '@llamella/model-smollm2-135m-instruct';
import { describeMachine, machineLine } from '../machine.ts';
import { positiveInteger, runMain } from '../main-program.ts';
import { installPeer, peerVersion } from '../peer-install.ts';
import { runChild } from '../run-child.ts';
import type { Scenario } from '../scenarios.ts';
import { sharedData } from '../shared-data.ts';
import type { PerplexityResult } from './perplexity.ts';
import { type PerplexityRow, perplexityTable, type SpeedRow, speedTable } from './report.ts';
import { fileTypes, requantized } from './requantize.ts';
import { runTask } from './run-task.ts';
import { type Engine, engines } from './task.ts';

const usage = `usage: pnpm bench:quantizations [options]
  --perplexity      only perplexity on WikiText-2
  --speed           only decoding, about 5 minutes; wants a machine without other work
  --type TYPE       only this mix of types (${Object.keys(fileTypes).join(', ')}); may be repeated
  --chunks N        pieces of 512 tokens that are scored, or "all"; default 40
  --rounds N        measurements of speed of each kind, default 5
  --threads N       default: all cores`;

const defaultTypes = ['Q4_0', 'Q4_K_M', 'Q5_K_M', 'Q6_K', 'Q8_0'];
const scenario: Scenario = {
  ...{ name: 'decode-64', promptTokens: 56, uncountedTokens: 8, countedTokens: 128, warmUp: false },
};
const wikitext = 'text/wikitext-2-raw/wiki.test.raw';
const log = (line: string) => console.error(line);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      perplexity: { type: 'boolean', default: false },
      speed: { type: 'boolean', default: false },
      type: { type: 'string', multiple: true, default: defaultTypes },
      chunks: { type: 'string', default: '40' },
      rounds: { type: 'string', default: '5' },
      threads: { type: 'string', default: String(availableParallelism()) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const unknown = values.type.find((type) => !(type in fileTypes));
  if (unknown !== undefined)
    throw new Error(`--type: ${unknown} is none of ${Object.keys(fileTypes).join(', ')}`);
  const threads = positiveInteger('--threads', values.threads);
  const chunks = values.chunks === 'all' ? undefined : positiveInteger('--chunks', values.chunks);
  const rounds = positiveInteger('--rounds', values.rounds);
  installPeer(log);
  log(`${machineLine(describeMachine())}; node-llama-cpp ${peerVersion}; ${threads} threads`);
  const files = new Map<string, string>();
  for (const type of values.type)
    files.set(type, await requantized(fileURLToPath(weightsUrl), type, threads));
  if (values.perplexity || !values.speed) console.log(`${await comparePerplexity(files, chunks, threads)}\n`);
  if (values.speed || !values.perplexity) console.log(await compareSpeed(files, rounds, threads));
}

async function comparePerplexity(
  files: ReadonlyMap<string, string>,
  chunks: number | undefined,
  threads: number,
): Promise<string> {
  const textFile = join(sharedData(wikitext), wikitext);
  const rows: PerplexityRow[] = [];
  for (const [type, model] of files) {
    const results: Partial<Record<Engine, PerplexityResult>> = {};
    for (const engine of engines) {
      const task = {
        kind: 'perplexity',
        engine,
        model,
        textFile,
        ...(chunks !== undefined && { chunks }),
      } as const;
      const result = await runTask(task, threads);
      log(`${type}, ${engine}: ${result.perplexity.toFixed(4)} of ${result.scoredTokens} tokens`);
      results[engine] = result;
    }
    rows.push({ type, byteLength: statSync(model).size, results: results as PerplexityRow['results'] });
  }
  return perplexityTable(rows);
}

async function compareSpeed(
  files: ReadonlyMap<string, string>,
  rounds: number,
  threads: number,
): Promise<string> {
  const rows: (SpeedRow & Record<'llamella' | 'peer', number[]>)[] = [];
  for (const type of files.keys()) rows.push({ type, llamella: [], peer: [] });
  for (let round = 0; round < rounds; round++)
    for (const row of rows) {
      const settings = { model: files.get(row.type)!, threads, contextLength: 2048, exact: false };
      const candidates = ['llamella', 'node-llama-cpp'] as const;
      for (const candidate of round % 2 === 0 ? candidates : candidates.toReversed()) {
        const { decodeTokensPerSecond } = await runChild({ candidate, settings, scenario });
        row[candidate === 'llamella' ? 'llamella' : 'peer'].push(decodeTokensPerSecond!);
        log(
          `round ${round + 1} of ${rounds}: ${row.type}, ${candidate}: ${decodeTokensPerSecond!.toFixed(1)}`,
        );
      }
    }
  return speedTable(rows);
}

await runMain(main);
