import {
  type FinishReason,
  type GenerationPart,
  type GenerationTimings,
  LlamellaError,
  type PositionLogprobs,
} from '@llamella/spec';
import type { LoadedModel } from './llamella.ts';

export interface Answer {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly logprobs: readonly PositionLogprobs[];
  readonly finishReason: FinishReason;
  readonly timings: GenerationTimings;
}

/**
 * Consumes a stream and hands on its text as it comes.
 *
 * @throws `signal.reason` when the stream ended early because of it
 */
export async function collectAnswer(
  parts: AsyncIterable<GenerationPart>,
  onText: (text: string) => Promise<void>,
  signal: AbortSignal,
): Promise<Answer> {
  const texts: string[] = [];
  const tokens: number[] = [];
  const logprobs: PositionLogprobs[] = [];
  for await (const part of parts) {
    texts.push(part.text);
    for (const token of part.tokens) tokens.push(token);
    if (part.logprobs) logprobs.push(...part.logprobs);
    if (part.text) await onText(part.text);
    if (part.finishReason && part.timings)
      return {
        text: texts.join(''),
        tokens,
        logprobs,
        finishReason: part.finishReason,
        timings: part.timings,
      };
  }
  signal.throwIfAborted();
  throw new LlamellaError('backend', 'the model stopped without saying why');
}

/** The document that `--json` prints for an answer. */
export function answerDocument(model: LoadedModel, answer: Answer): object {
  return {
    model: model.name,
    device: model.device,
    text: answer.text,
    tokens: answer.tokens,
    finishReason: answer.finishReason,
    ...(answer.logprobs.length > 0 && { logprobs: answer.logprobs }),
    timings: { loadMs: model.loadMs, ...answer.timings },
  };
}

/** What to tell a person about the end of an answer; `undefined` when the model ended it by itself. */
export function describeFinish(answer: Answer, model: LoadedModel): string | undefined {
  if (answer.finishReason === 'length')
    return `stopped after ${answer.tokens.length} tokens (length); --max-tokens sets the limit`;
  if (answer.finishReason === 'context-full')
    return `stopped: the context of ${model.contextLength} tokens is full (context-full)`;
  return undefined;
}
