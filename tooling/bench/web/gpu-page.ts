/** WebGPU in whatever browser opens this page: one GGUF file with each profile. The page shows the table too. */
import { fetchedSource } from '@llamella/browser-tests/src/fetched-source.ts';
import { packPieces } from '@llamella/browser-tests/src/parity/pack-pieces.ts';
import { buildGraph, webgpuExactProfile, webgpuHalfProfile, webgpuProfile } from '@llamella/graph';
import { createWebBackend, describeGpu, type WebBackend } from '@llamella/runtime-web';
import type { Checkpoint } from '@llamella/spec';
import { openGguf } from '@llamella/weights';
import { spreadOf } from '../statistics.ts';

const profiles = { webgpuProfile, webgpuHalfProfile, webgpuExactProfile };

/** What the page is asked for, as `/run.json`. */
export interface GpuRun {
  readonly profiles: readonly (keyof typeof profiles)[];
  /** Whether each profile runs a second time with recorded steps. */
  readonly capture: boolean;
  readonly promptTokens: number;
  readonly generatedTokens: number;
  /** Prompts and generations that are counted, after one that is not. */
  readonly runs: number;
}

const chunks = [32, 128, 512];
const run = (await (await fetch('/run.json')).json()) as GpuRun;
const shown = document.body.appendChild(document.createElement('pre'));
const show = (line: string) => {
  console.log(line);
  shown.append(`${line}\n`);
};

const notes = new Set<string>();
const gpu = await describeGpu();
show(`${gpu.name}${gpu.software ? ' (a program of the processor)' : ''}, ${navigator.userAgent}`);
show('');
show('| profile | weights (MB) | load (s) | prefill in chunks of 32 / 128 / 512 (tok/s) | decode (tok/s) |');
show('|---|---:|---:|---:|---:|');
await using checkpoint = await openGguf(await fetchedSource('/model.gguf'));
for (const name of run.profiles) {
  for (const captureSteps of run.capture ? [false, true] : [false]) {
    const label = captureSteps ? `\`${name}\`, \`captureSteps\`` : `\`${name}\``;
    const lacksHalf = name === 'webgpuHalfProfile' && !gpu.float16;
    const row = lacksHalf
      ? 'the GPU has no float16 | | |'
      : await measure(checkpoint, name, captureSteps).catch((error: Error) => `${error.message} | | |`);
    show(`| ${label} | ${row} |`);
  }
}
for (const note of notes) show(`- ${note}`);

async function measure(
  model: Checkpoint,
  name: keyof typeof profiles,
  captureSteps: boolean,
): Promise<string> {
  const contextLength = Math.min(model.config.contextLength, run.promptTokens + run.generatedTokens);
  const plan = buildGraph(model, {
    profile: profiles[name],
    contextLength,
    maximumTensorBytes: gpu.maximumTensorBytes,
  });
  const started = performance.now();
  await using backend = await createWebBackend(plan, packPieces(plan, model), {
    device: 'webgpu',
    captureSteps,
    initialCapacity: contextLength,
    wasmPaths: '/onnxruntime-web/',
    createWorker: () => new Worker('/worker.js', { type: 'module' }),
  });
  const seconds = (performance.now() - started) / 1000;
  const prefill: string[] = [];
  for (const chunk of chunks) {
    const milliseconds = await median(() => readPrompt(backend, model, chunk));
    prefill.push(((run.promptTokens * 1000) / milliseconds).toFixed(0));
  }
  const decode = await median(() => generate(backend, model));
  const cells = [
    (plan.externalByteLength / 1e6).toFixed(0),
    seconds.toFixed(1),
    prefill.join(' / '),
    ((run.generatedTokens * 1000) / decode).toFixed(1),
  ];
  for (const note of backend.notes) notes.add(`${name}: ${note}`);
  return cells.join(' | ');
}

async function readPrompt(backend: WebBackend, { config }: Checkpoint, chunk: number): Promise<void> {
  for (let position = 0; position < run.promptTokens; position += chunk) {
    const count = Math.min(chunk, run.promptTokens - position);
    const tokens = randomTokens(count, config.vocabularySize);
    const logits = position + count === run.promptTokens ? 'last' : 'none';
    await backend.forward({ slot: 0, position, tokens, logits });
  }
}

/** One token after the other, from the end of the prompt on; all logits come back. */
async function generate(backend: WebBackend, { config }: Checkpoint): Promise<void> {
  for (let count = 0; count < run.generatedTokens; count++) {
    const tokens = randomTokens(1, config.vocabularySize);
    await backend.forward({ slot: 0, position: run.promptTokens + count, tokens, logits: 'last' });
  }
}

/** Milliseconds. */
async function median(work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index <= run.runs; index++) {
    const started = performance.now();
    await work();
    if (index > 0) times.push(performance.now() - started);
  }
  return spreadOf(times).median;
}

function randomTokens(count: number, vocabularySize: number): Uint32Array {
  return Uint32Array.from({ length: count }, () => Math.floor(Math.random() * vocabularySize));
}
