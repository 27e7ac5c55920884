import { cpuExactProfile, cpuProfile } from '@llamella/graph';
import type { Backend } from '@llamella/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relativeError } from './closeness.ts';
import { openFolder, openFolderBackend, readPrompts } from './genai-folder.ts';

/** Folders, and whether blocks of the fast profile are as long as those of the folder. */
const folders: readonly { name: string; otherBlocks?: boolean }[] = [
  { name: 'llama31-int4-awq', otherBlocks: true },
  { name: 'llama-int4-cpu' },
  { name: 'llama-int4-qdq' },
  { name: 'llama-bf16-cuda' },
  { name: 'qwen3-fp16-webgpu' },
  { name: 'mistral-int4-window' },
  { name: 'phi3-int4-longrope' },
];

/** Largest error of logits, relative to the largest one: that of float32, and of 8-bit activations in other blocks. */
const ROUNDING = 1e-5;
const ACTIVATIONS = 0.06;

/** The likeliest token but for the end of a text, which references rule out. */
function best(logits: Float32Array, end: number): number {
  let index = 0;
  for (let id = 1; id < logits.length; id++) if (id !== end && logits[id]! > logits[index]!) index = id;
  return index;
}

const cases = folders.flatMap(({ name, otherBlocks }) => [
  { name, profile: cpuExactProfile, error: ROUNDING },
  { name, profile: cpuProfile, error: otherBlocks ? ACTIVATIONS : ROUNDING },
]);

describe.each(cases)('the folder $name with the profile $profile.name', ({ name, profile, error }) => {
  const prompts = readPrompts(name);
  let backend: Backend;
  let end: number;
  beforeAll(async () => {
    const model = await openFolder(name);
    end = model.config.endTokens[0]!;
    await using _ = model.checkpoint;
    backend = await openFolderBackend(model, profile);
  });
  afterAll(() => backend[Symbol.asyncDispose]());

  const withoutEnd = (logits: Float32Array) => logits.filter((_, id) => id !== end);
  const last = async (tokens: Uint32Array, position: number) =>
    (await backend.forward({ slot: 0, position, tokens, logits: 'last' })).slice();

  it('gives the logits of the reference after each prompt', async () => {
    for (const { ids, logits, fast } of prompts) {
      const wanted = profile === cpuProfile ? (fast ?? logits) : logits;
      expect(relativeError(withoutEnd(await last(ids, 0)), withoutEnd(wanted))).toBeLessThan(error);
    }
  });

  it('gives the logits of every token, in chunks too', async () => {
    const { ids, tokens } = prompts.at(-1)!;
    // Beyond the original context a LongRoPE graph rotates all of a run in another way.
    const sequence = Uint32Array.of(...ids, ...tokens).subarray(0, 60);
    // Kernels for one row and for several round 8-bit activations differently.
    const most = profile === cpuExactProfile ? 1e-4 : 0.03;
    const rows: Float32Array[] = [];
    for (const [index, token] of sequence.entries()) rows.push(await last(Uint32Array.of(token), index));
    const size = rows[0]!.length;
    for (let start = 0; start < sequence.length; start += 20) {
      const chunk = sequence.slice(start, start + 20);
      const all = await backend.forward({ slot: 0, position: start, tokens: chunk, logits: 'all' });
      for (let row = 0; row < chunk.length; row++) {
        const made = all.subarray(row * size, (row + 1) * size);
        expect(relativeError(made, rows[start + row]!)).toBeLessThan(most);
      }
    }
  });

  it.runIf(profile === cpuExactProfile)('goes on with the tokens of the reference', async () => {
    for (const { ids, tokens } of prompts) {
      const made: number[] = [];
      for (let logits = await last(ids, 0); made.length < tokens.length; ) {
        made.push(best(logits, end));
        logits = await last(Uint32Array.of(made.at(-1)!), ids.length + made.length - 1);
      }
      expect(made).toEqual([...tokens]);
    }
  });
});
