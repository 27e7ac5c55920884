import type { ConfigReader } from './config-reader.ts';

/** How a folder wants its model to be sampled; defaults are those of ONNX Runtime GenAI. */
export interface GenaiSearch {
  /** Whether tokens are drawn; the likeliest is taken otherwise. */
  readonly doSample: boolean;
  /** Fewest tokens of prompt and answer together. */
  readonly minLength: number;
  /** Most tokens of prompt and answer together. */
  readonly maxLength: number;
  /** Beams; 1 is none. */
  readonly numBeams: number;
  /** Divisor of the scores of tokens that occurred before; 1 is none. */
  readonly repetitionPenalty: number;
  /** Tokens to draw from; 0 is all. */
  readonly topK: number;
  /** Mass of the tokens to draw from; 0 and 1 are all. */
  readonly topP: number;
  /** Divisor of the logits. */
  readonly temperature: number;
  /** Length of token sequences that must not occur twice; 0 is none. */
  readonly noRepeatNgramSize: number;
  /** Seed of the generator; absent for another one each time. */
  readonly randomSeed?: number;
  /** Prompt tokens per run, where the folder asks for a number. */
  readonly chunkSize?: number;
}

const keys = [
  ...['do_sample', 'min_length', 'max_length', 'batch_size', 'num_beams', 'num_return_sequences'],
  ...['repetition_penalty', 'top_k', 'top_p', 'temperature', 'early_stopping', 'no_repeat_ngram_size'],
  ...['diversity_penalty', 'length_penalty', 'past_present_share_buffer', 'random_seed', 'chunk_size'],
  'blank_penalty',
];

/** Reads `search`. @throws {InvalidFileError} for unknown keys and wrong types */
export function readSearch(search: ConfigReader, contextLength: number): GenaiSearch {
  search.allow(keys);
  for (const key of ['early_stopping', 'past_present_share_buffer']) search.boolean(key, false);
  for (const key of ['diversity_penalty', 'length_penalty', 'blank_penalty']) search.number(key, 0);
  for (const key of ['batch_size', 'num_return_sequences']) search.integer(key, 1, 1);
  const maxLength = search.integer('max_length', 0, 0);
  const randomSeed = search.number('random_seed', -1);
  const chunkSize = search.integer('chunk_size', 0, 0);
  return {
    doSample: search.boolean('do_sample', false),
    minLength: search.integer('min_length', 0, 0),
    maxLength: maxLength === 0 ? contextLength : maxLength,
    numBeams: search.integer('num_beams', 1, 1),
    repetitionPenalty: search.number('repetition_penalty', 1),
    topK: search.integer('top_k', 0, 50),
    topP: search.number('top_p', 0),
    temperature: search.number('temperature', 1),
    noRepeatNgramSize: search.integer('no_repeat_ngram_size', 0, 0),
    ...(randomSeed >= 0 && { randomSeed }),
    ...(chunkSize > 0 && { chunkSize }),
  };
}
