import type { Profile } from '@llamella/graph';
import { createNodeBackend } from '@llamella/runtime-node';
import type { GraphPlan } from '@llamella/spec';
import { openModel } from '../../src/open-model.ts';
import { packWeights } from '../../src/pack-weights.ts';

export interface LogitsRun {
  /** float32 `[tokens, vocabulary]` of one run over all tokens. */
  readonly whole: Float32Array;
  /** The same, of one run per token. */
  readonly stepped: Float32Array;
  readonly plan: GraphPlan;
}

/** Runs the model of a folder over token ids, without its tokenizer. */
export async function runLogits(
  reference: string,
  tokens: readonly number[],
  profile: Profile,
): Promise<LogitsRun> {
  await using model = await openModel(reference);
  const plan = model.plan({ profile });
  const weights = await packWeights(plan, model.checkpoint);
  await using backend = await createNodeBackend(plan, weights, { threads: 1 });
  const ids = Uint32Array.from(tokens);
  const whole = (await backend.forward({ slot: 0, position: 0, tokens: ids, logits: 'all' })).slice();
  const width = whole.length / ids.length;
  const stepped = new Float32Array(whole.length);
  for (const position of ids.keys()) {
    const step = ids.subarray(position, position + 1);
    const row = await backend.forward({ slot: 0, position, tokens: step, logits: 'last' });
    stepped.set(row, position * width);
  }
  return { whole, stepped, plan };
}

/** Largest difference of two lists of logits of the same length. */
export function largestDifference(left: Float32Array, right: Float32Array): number {
  return left.reduce((largest, value, index) => Math.max(largest, Math.abs(value - right[index]!)), 0);
}

/** The logits that transformers gave: `tokens`, and float32 `[tokens, vocabulary]` in base64. */
export interface LogitsGolden {
  readonly tokens: readonly number[];
  readonly logits: string;
}

export function goldenLogits({ logits }: LogitsGolden): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(logits, 'base64')).buffer);
}
