import { readJson } from './test-data.ts';

interface Model {
  readonly vocab: Readonly<Record<string, number>>;
  readonly merges: readonly string[];
}

const { model } = readJson(new URL('golden/variants.golden.json', import.meta.url)) as {
  readonly model: Model;
};

/** Tokens after the 700 of the small model, with their GGUF types. */
export const extraTokens = [
  { content: '<|start|>', type: 3 },
  { content: '<|end_of_text|>', type: 3 },
  { content: '<|eot_id|>', type: 3 },
  { content: '<think>', type: 4 },
  { content: '<|im_end|>', type: 1 },
] as const;

export const modelSize = Object.keys(model.vocab).length;

/** Metadata of a GGUF file with the small vocabulary. */
export function smallGguf(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const tokens = Object.entries(model.vocab)
    .sort(([, a], [, b]) => a - b)
    .map(([token]) => token);
  return {
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'smollm',
    'tokenizer.ggml.tokens': [...tokens, ...extraTokens.map((token) => token.content)],
    'tokenizer.ggml.token_type': Int32Array.from([
      ...tokens.map(() => 1),
      ...extraTokens.map((token) => token.type),
    ]),
    'tokenizer.ggml.merges': model.merges,
    'tokenizer.ggml.bos_token_id': modelSize,
    'tokenizer.ggml.eos_token_id': modelSize + 1,
    'tokenizer.ggml.add_bos_token': true,
    ...changes,
  };
}

/** A tokenizer.json with the same vocabulary. */
export function smallJson(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true };
  return {
    added_tokens: extraTokens
      .filter(({ type }) => type !== 1)
      .map(({ content, type }, index) => ({
        id: modelSize + index,
        content,
        special: type === 3,
        normalized: false,
      })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: { type: 'BPE', ...model },
    ...changes,
  };
}

/** A tokenizer.json whose model differs. */
export function smallJsonWithModel(changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return smallJson({ model: { type: 'BPE', ...model, ...changes } });
}
