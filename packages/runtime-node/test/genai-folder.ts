import { type GenaiModel, openGenai, type Profile } from '@llamella/graph';
import { createNodeBackend } from '@llamella/runtime-node';
import type { Backend } from '@llamella/spec';
import { goldenFile, goldenSource } from './golden-logits.ts';
import { packPlan } from './tiny-model.ts';

/** What a folder's golden.json has for one prompt. */
export interface GenaiPrompt {
  readonly ids: Uint32Array;
  /** Greedy tokens after it. */
  readonly tokens: Uint32Array;
  /** Distance of the best two logits, where it is smallest. */
  readonly margin: number;
  /** float32 `[vocabulary]`, after the prompt. */
  readonly logits: Float32Array;
  /** The same with the activations of quantized products on an 8-bit grid. */
  readonly fast: Float32Array | undefined;
}

/** The prompts of a folder below `tooling/reference/golden/genai`. */
export function readPrompts(folder: string): GenaiPrompt[] {
  const { prompts } = JSON.parse(goldenFile(`genai/${folder}/golden.json`).toString());
  return prompts.map((prompt: StoredPrompt) => ({
    ids: Uint32Array.from(prompt.ids),
    tokens: Uint32Array.from(prompt.tokens),
    margin: prompt.margin,
    logits: floats(prompt.logits),
    fast: prompt.fast && floats(prompt.fast),
  }));
}

interface StoredPrompt {
  readonly ids: number[];
  readonly tokens: number[];
  readonly margin: number;
  readonly logits: string;
  readonly fast?: string;
}

function floats(text: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
}

/** Opens such a folder. */
export function openFolder(folder: string): Promise<GenaiModel> {
  return openGenai({
    name: folder,
    config: JSON.parse(goldenFile(`genai/${folder}/genai_config.json`).toString()),
    model: goldenFile(`genai/${folder}/model.onnx`),
    externalData: async (location) => goldenSource(`genai/${folder}/${location}`),
  });
}

/** A backend over a folder. */
export async function openFolderBackend(model: GenaiModel, profile: Profile): Promise<Backend> {
  const plan = model.plan({ profile });
  return createNodeBackend(plan, await packPlan(plan, model.checkpoint), { threads: 2 });
}
