/** Name of the model as its makers write it. */
export const modelName = 'SmolLM2-135M-Instruct';

/** Longest sequence in tokens that the model was trained for. */
export const contextLength = 8192;

/** SPDX identifier of the weights' licence. */
export const license = 'Apache-2.0';

/**
 * The weights as GGUF splits in the layout of llama.cpp's `llama-gguf-split`, in order. Most readers take the
 * first one and find the others beside it by name.
 */
export const weightsFiles: readonly URL[] = [
  new URL('../weights/SmolLM2-135M-Instruct.Q4_1-00001-of-00002.gguf', import.meta.url),
  new URL('../weights/SmolLM2-135M-Instruct.Q4_1-00002-of-00002.gguf', import.meta.url),
];

/** The first of {@link weightsFiles}: it holds the metadata, the tokenizer and the embeddings. */
export const weightsUrl = weightsFiles[0] as URL;

/** SHA-256 of each of {@link weightsFiles} in hexadecimal, in the same order. */
export const sha256: readonly string[] = [
  '3ebae756cbf2659fc1a2d43ba475f7c2bbad1af74f5b7c6c1e624a6ff548df6f',
  '801626c407f4f73f7d958f1f39526df588afeba2ec4f4112feaefe7c218b0859',
];

/** Size of each of {@link weightsFiles} in bytes, in the same order. */
export const byteLengths: readonly number[] = [50_694_944, 47_667_680];

/**
 * System prompt to chat with: none. The model's template has one of its own, which introduces a persona; with it the
 * model is less sure of plain facts. Asked for the capital of France, it begins with "The capital" with a probability
 * of 0.17 under that persona and of 0.59 under an empty system prompt.
 */
export const systemPrompt = '';
