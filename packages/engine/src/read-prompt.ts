import { type EncodeOptions, InvalidArgumentError, LlamellaError } from '@llamella/spec';
import type { EngineContext } from './engine-context.ts';

/**
 * Turns a prompt into checked token ids, one or more, that leave room for another token.
 *
 * @throws {InvalidArgumentError} when it has no tokens, or one that is not in the vocabulary
 * @throws {LlamellaError} `context-full` when it is too long
 */
export function readPrompt(
  context: EngineContext,
  prompt: string | Uint32Array,
  encode: EncodeOptions | undefined,
): Uint32Array {
  const { tokenizer, cache } = context;
  if (typeof prompt !== 'string' && encode !== undefined) {
    throw new InvalidArgumentError('encode', 'applies to a prompt of text, and this one is tokens');
  }
  let tokens = typeof prompt === 'string' ? tokenizer.encode(prompt, encode) : prompt;
  if (tokens.length === 0) {
    const { bos } = tokenizer.specialTokenIds;
    if (bos === undefined) {
      throw new InvalidArgumentError(
        'prompt',
        'has no tokens, and the vocabulary has no BOS token to begin with',
      );
    }
    tokens = Uint32Array.of(bos);
  }
  checkTokens(tokens, context, 'prompt');
  if (tokens.length >= cache.contextLength) {
    throw new LlamellaError(
      'context-full',
      `the prompt has ${tokens.length} tokens and the context holds ${cache.contextLength}, which leaves no room for another; shorten the prompt`,
    );
  }
  return tokens;
}

/** @throws {InvalidArgumentError} naming the position of the first id that is not in the vocabulary */
export function checkTokens(tokens: Uint32Array, context: EngineContext, argument: string): void {
  const { vocabularySize } = context.backend.info;
  for (let position = 0; position < tokens.length; position++) {
    if (tokens[position]! >= vocabularySize) {
      throw new InvalidArgumentError(
        argument,
        `token ${tokens[position]} at position ${position} is not in the vocabulary of ${vocabularySize} tokens`,
      );
    }
  }
}
