import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGraph, cpuExactProfile } from '@llamella/graph';
import { weightsFiles } from '@llamella/model-smollm2-135m-instruct';
import { createNodeBackend } from '@llamella/runtime-node';
import { bytesFromBlob, openGguf } from '@llamella/weights';
import { type GreedyAnswer, greedyAnswer } from './greedy-answer.ts';
import { packPieces } from './pack-pieces.ts';

/** The files of the embedded model, SmolLM2-135M-Instruct. */
export const modelPaths: readonly string[] = weightsFiles.map((url) => fileURLToPath(url));

/** A prompt and how the reference continues it. */
export interface ReferenceAnswer extends GreedyAnswer {
  readonly text: string;
  readonly prompt: readonly number[];
  /** float32 `[tokens.length, vocabularySize]`: those that each token was chosen by. */
  readonly logits: Float32Array<ArrayBuffer>;
}

/** A prompt as transformers continues it, see tooling/reference/model_smollm2_golden.py. */
export interface GoldenPrompt {
  readonly text: string;
  readonly ids: number[];
  readonly greedy_ids: number[];
}

/** The prompts that transformers was run with. */
export async function goldenPrompts(): Promise<GoldenPrompt[]> {
  const file = new URL('../../../reference/golden/smollm2-short.golden.json', import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')).prompts;
}

/**
 * What runtime-node answers in exact mode: float32 weights and activations.
 *
 * @param count tokens of each answer
 */
export async function referenceAnswers(
  prompts: readonly GoldenPrompt[],
  count: number,
): Promise<ReferenceAnswer[]> {
  const sources = modelPaths.map(async (path) => bytesFromBlob(await openAsBlob(path), basename(path)));
  await using checkpoint = await openGguf(await Promise.all(sources));
  const plan = buildGraph(checkpoint, { profile: cpuExactProfile });
  const weights = new Uint8Array(plan.externalByteLength);
  let at = 0;
  for await (const piece of packPieces(plan, checkpoint)) {
    weights.set(piece, at);
    at += piece.length;
  }
  await using backend = await createNodeBackend(plan, weights);
  const { vocabularySize } = backend.info;
  const answers: ReferenceAnswer[] = [];
  for (const { text, ids: prompt } of prompts) {
    const logits = new Float32Array(count * vocabularySize);
    const answer = await greedyAnswer(backend, prompt, count, (row, index) => {
      logits.set(row, index * vocabularySize);
    });
    answers.push({ text, prompt, logits, ...answer });
  }
  return answers;
}
