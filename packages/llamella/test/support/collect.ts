import type { FinishReason, GenerationPart, GenerationTimings, PositionLogprobs } from '@llamella/spec';

export interface Collected {
  readonly text: string;
  readonly tokens: number[];
  readonly logprobs: PositionLogprobs[];
  readonly finishReason: FinishReason;
  readonly timings: GenerationTimings;
}

/** Reads a stream to its end. */
export async function collect(parts: AsyncIterable<GenerationPart>): Promise<Collected> {
  let text = '';
  const tokens: number[] = [];
  const logprobs: PositionLogprobs[] = [];
  for await (const part of parts) {
    text += part.text;
    tokens.push(...part.tokens);
    logprobs.push(...(part.logprobs ?? []));
    const { finishReason, timings } = part;
    if (finishReason !== undefined && timings !== undefined)
      return { text, tokens, logprobs, finishReason, timings };
  }
  throw new Error('the stream ended without a last part');
}
