import type { SamplingOptions } from '@llamella/spec';

/** Names in `generation_config.json` and under `search` of `genai_config.json`. */
const names = {
  temperature: 'temperature',
  top_k: 'topK',
  top_p: 'topP',
  min_p: 'minP',
  typical_p: 'typicalP',
  repetition_penalty: 'repetitionPenalty',
  no_repeat_ngram_size: 'noRepeatNgramSize',
} as const satisfies Readonly<Record<string, keyof SamplingOptions>>;

/** Values of a step that leave logits as they are. */
const neutral: Readonly<Record<string, number>> = {
  top_k: 0,
  top_p: 1,
  min_p: 0,
  typical_p: 1,
  repetition_penalty: 1,
  no_repeat_ngram_size: 0,
};

/** Steps that only matter where tokens are drawn. */
const drawing: ReadonlySet<string> = new Set(['temperature', 'top_k', 'top_p', 'min_p', 'typical_p']);

/**
 * How a model's files want it to be sampled, in the options of `generate`; fields that are absent or no numbers are left
 * out. Penalties look at the whole text, as they do in transformers and ONNX Runtime GenAI.
 *
 * @param configuration parsed `generation_config.json`, or `search` of `genai_config.json`
 * @returns `undefined` when there is nothing in it
 */
export function recommendedSampling(configuration: unknown): SamplingOptions | undefined {
  if (typeof configuration !== 'object' || configuration === null) return undefined;
  const fields = configuration as Readonly<Record<string, unknown>>;
  const draws = fields.do_sample === true;
  const found: Record<string, number> = {};
  for (const [key, option] of Object.entries(names)) {
    const value = fields[key];
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || value === neutral[key]) continue;
    // A mass of 0 is how ONNX Runtime GenAI says that a step is off.
    if (drawing.has(key) && (!draws || (key === 'top_p' && value === 0))) continue;
    found[option] = value;
  }
  if (fields.do_sample === false) found.temperature = 0;
  if ('repetitionPenalty' in found) found.penaltyWindow = -1;
  return Object.keys(found).length === 0 ? undefined : found;
}
