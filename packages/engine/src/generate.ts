import {
  type FinishReason,
  type GenerationPart,
  type GenerationTimings,
  type KvSequence,
  LlamellaError,
} from '@llamella/spec';
import type { EngineGenerateOptions } from './engine.ts';
import type { EngineContext } from './engine-context.ts';
import { GrammarState } from './grammar-state.ts';
import { prefill } from './prefill.ts';
import { type GenerationRequest, readGenerateOptions } from './read-generate-options.ts';
import { readPrompt } from './read-prompt.ts';
import { runStep } from './run-step.ts';
import { TextOutput } from './text-output.ts';
import { TokenBuffer } from './token-buffer.ts';
import { TokenChooser } from './token-chooser.ts';

type Parts = AsyncGenerator<GenerationPart, GenerationPart, undefined>;

/**
 * `Engine.generate`: waits for a slot, runs the prompt, then one step for each part that is asked for.
 *
 * @param calledAt when the caller asked, in milliseconds of `performance.now`
 */
export async function* generate(
  context: EngineContext,
  prompt: string | Uint32Array,
  options: EngineGenerateOptions,
  calledAt: number,
): AsyncGenerator<GenerationPart, void, undefined> {
  const request = readGenerateOptions(context, options);
  const { signal } = request;
  signal?.throwIfAborted();
  const tokens = new TokenBuffer(readPrompt(context, prompt, options.encode), context.cache.contextLength);
  using grammar = request.grammar && new GrammarState(request.grammar, context.backend.info.vocabularySize);
  const limit = Math.min(context.cache.contextLength, tokens.length + request.maxTokens);
  const chooser = new TokenChooser(context, request, tokens, grammar, limit);
  if (request.maxTokens === 0) {
    yield {
      text: '',
      tokens: [],
      ...(request.topCount !== undefined && { logprobs: [] }),
      finishReason: 'length',
      timings: { ...noTimings, promptTokens: tokens.length },
    };
    return;
  }
  // The last part is handed out after the slot was given back: whoever gets it may start the next generation.
  let last: GenerationPart;
  await context.slots.acquire(signal);
  try {
    const sequence = context.cache.acquire(tokens.ids.subarray(0, tokens.length));
    try {
      last = yield* run(context, request, sequence, tokens, chooser, grammar, limit, calledAt);
    } finally {
      sequence.release();
    }
  } finally {
    context.slots.release();
  }
  yield last;
}

const noTimings: GenerationTimings = {
  promptTokens: 0,
  cachedTokens: 0,
  promptMs: 0,
  firstTokenMs: 0,
  generatedTokens: 0,
  generateMs: 0,
};

/** Yields every part but the last, which it returns. */
async function* run(
  context: EngineContext,
  request: GenerationRequest,
  sequence: KvSequence,
  tokens: TokenBuffer,
  chooser: TokenChooser,
  grammar: GrammarState | undefined,
  limit: number,
  calledAt: number,
): Parts {
  const { signal, decode, stopStrings, logits } = request;
  const startedAt = performance.now();
  const promptTokens = tokens.length;
  const cachedTokens = sequence.length;
  const output = new TextOutput(context.tokenizer, decode, stopStrings);
  const limitReason = limit === promptTokens + request.maxTokens ? 'length' : 'context-full';
  const prompt = tokens.ids.subarray(0, promptTokens);
  let token = await prefill(context, sequence, prompt, logits, signal, chooser.choose);
  const promptMs = chooser.logitsAt - startedAt;
  const firstChosenAt = chooser.chosenAt;
  const finish = (text: string, emitted: readonly number[], finishReason: FinishReason): GenerationPart => ({
    text: text + output.end(),
    tokens: emitted,
    ...(chooser.logprobs && { logprobs: chooser.logprobs.slice(0, emitted.length) }),
    finishReason,
    timings: {
      promptTokens,
      cachedTokens,
      promptMs,
      firstTokenMs: firstChosenAt - calledAt,
      generatedTokens: tokens.length - promptTokens,
      generateMs: chooser.chosenAt - firstChosenAt,
    },
  });
  /** Each token has log probabilities of its own when they are asked for: then nothing is passed over. */
  function* withForced(chosen: number): Generator<number> {
    yield chosen;
    if (grammar && !chooser.logprobs) yield* grammar.forcedTokens(limit - tokens.length);
  }
  for (;;) {
    // The chosen token and those that the grammar leaves no choice about: the model runs over all of them at once.
    const emitted: number[] = [];
    let text = '';
    for (const next of withForced(token)) {
      if (request.isStopToken(next)) return finish(text, emitted, 'stop');
      grammar?.accept(next);
      tokens.push(next);
      emitted.push(next);
      text += output.push(next);
      if (output.stopped || grammar?.finished) return finish(text, emitted, 'stop');
      if (tokens.length >= limit) return finish(text, emitted, limitReason);
    }
    const { logprobs } = chooser;
    yield logprobs ? { text, tokens: emitted, logprobs } : { text, tokens: emitted };
    try {
      token = await runStep(context, sequence, tokens.last(emitted.length), logits, signal, chooser.choose);
    } catch (error) {
      // Memory for the cache ran out before the context did.
      const isFull = LlamellaError.isInstance(error) && error.code === 'context-full';
      if (isFull) return finish('', [], 'context-full');
      throw error;
    }
  }
}
