/** Runs in the page: a model on a backend of the browser, compared with what Node answered. */
import {
  buildGraph,
  wasmExactProfile,
  wasmProfile,
  webgpuExactProfile,
  webgpuProfile,
} from '@llamella/graph';
import type { Backend } from '@llamella/spec';
import { openGguf } from '@llamella/weights';
// That package's tests need this one, so this one cannot depend on it.
import { createWebBackend } from '../../../../packages/runtime-web/src/index.ts';
import { fetchedSource } from '../fetched-source.ts';
import { addPosition, type LogitsDifference, noDifference } from './compare-logits.ts';
import { CHUNK, greedyAnswer, runPrompt } from './greedy-answer.ts';
import { packPieces } from './pack-pieces.ts';

const profiles = { wasmProfile, wasmExactProfile, webgpuProfile, webgpuExactProfile };

/** What is to be run. */
export interface ParityRun {
  readonly device: 'wasm' | 'webgpu';
  readonly profile: keyof typeof profiles;
  readonly threads?: number;
  /** Addresses of the model's files. */
  readonly files: readonly string[];
  readonly cases: readonly ParityCase[];
}

/** An answer that is compared. */
export interface ParityCase {
  readonly prompt: readonly number[];
  readonly tokens: readonly number[];
  /** Address of the logits. */
  readonly logits: string;
  /**
   * - `steps`: the reference's tokens, one after the other
   * - `chunks`: the same in chunks, with the logits of all positions
   * - `free`: the backend's own tokens; nothing is compared but those
   */
  readonly mode: 'steps' | 'chunks' | 'free';
}

/** What came out. */
export interface ParityResult {
  readonly loadMs: number;
  readonly cases: readonly (LogitsDifference & { readonly tokens: number[]; readonly ms: number })[];
}

declare global {
  var measureParity: (run: ParityRun) => Promise<ParityResult>;
}

globalThis.measureParity = async ({ device, profile, threads, files, cases }) => {
  const started = performance.now();
  await using checkpoint = await openGguf(await Promise.all(files.map(fetchedSource)));
  const plan = buildGraph(checkpoint, { profile: profiles[profile] });
  await using backend = await createWebBackend(plan, packPieces(plan, checkpoint), {
    device,
    wasmPaths: '/onnxruntime-web/',
    createWorker: () => new Worker('/worker.js', { type: 'module' }),
    ...(threads !== undefined && { threads }),
  });
  const loadMs = performance.now() - started;
  const results = [];
  for (const each of cases) {
    const begun = performance.now();
    const result = await runCase(backend, each);
    results.push({ ...result, ms: performance.now() - begun });
  }
  return { loadMs, cases: results };
};

async function runCase(backend: Backend, { prompt, tokens, logits: address, mode }: ParityCase) {
  const difference = noDifference();
  if (mode === 'free') return { ...difference, ...(await greedyAnswer(backend, prompt, tokens.length)) };
  const { vocabularySize } = backend.info;
  const reference = new Float32Array(await (await fetch(address)).arrayBuffer());
  const row = (rows: Float32Array, index: number) =>
    rows.subarray(index * vocabularySize, (index + 1) * vocabularySize);
  const add = (index: number, logits: Float32Array) => addPosition(difference, logits, row(reference, index));
  if (mode === 'steps') {
    add(0, await runPrompt(backend, prompt));
    for (const [index, token] of tokens.slice(0, -1).entries()) {
      const position = prompt.length + index;
      const step = { slot: 0, position, tokens: Uint32Array.of(token), logits: 'last' } as const;
      add(index + 1, await backend.forward(step));
    }
  } else {
    const all = [...prompt, ...tokens.slice(0, -1)];
    for (let position = 0; position < all.length; position += CHUNK) {
      const chunk = Uint32Array.from(all.slice(position, position + CHUNK));
      const logits = await backend.forward({ slot: 0, position, tokens: chunk, logits: 'all' });
      for (const offset of chunk.keys()) {
        const index = position + offset - (prompt.length - 1);
        if (index >= 0) add(index, row(logits, offset));
      }
    }
  }
  return { ...difference, tokens: [] };
}
