export const vocabularySize = 128_256;

/** Tokens that are there when sampling begins. */
export const historyLength = 1000;

export const peerVersion = '4.3.1';

export type LibraryName = 'llamella' | 'transformers.js';

/** One set of options, in the words of each library. */
export interface Setting {
  readonly name: string;
  readonly llamella: object;
  /** Of `generate`. */
  readonly transformers: object;
  /** What transformers.js does of it. */
  readonly done: string;
}

const both = { repetitionPenalty: 1.1, topK: 40, temperature: 0.8, penaltyWindow: -1, seed: 1 };
const transformersBoth = { do_sample: true, repetition_penalty: 1.1, top_k: 40, temperature: 0.8 };
// Without `top_k: 0` it takes 50, the default of its configuration.
const transformersWhole = { do_sample: true, top_k: 0, temperature: 0.8 };

export const settings: readonly Setting[] = [
  {
    name: 'penalties, top-k 40, top-p 0.95, min-p 0.05, temperature 0.8',
    llamella: { ...both, frequencyPenalty: 0.1, presencePenalty: 0.1, topP: 0.95, minP: 0.05 },
    transformers: { ...transformersBoth, top_p: 0.95, min_p: 0.05 },
    done: 'repetition penalty, top-k, temperature',
  },
  {
    name: 'repetition penalty, top-k 40, temperature 0.8',
    llamella: both,
    transformers: transformersBoth,
    done: 'all',
  },
  {
    name: 'top-p 0.95, temperature 0.8',
    llamella: { topP: 0.95, temperature: 0.8, seed: 1 },
    transformers: { ...transformersWhole, top_p: 0.95 },
    done: 'temperature',
  },
  {
    name: 'temperature 0.8',
    llamella: { temperature: 0.8, seed: 1 },
    transformers: transformersWhole,
    done: 'all',
  },
  {
    name: 'most likely token',
    llamella: { temperature: 0 },
    transformers: { do_sample: false },
    done: 'all',
  },
];

/** What a child process is told to do. */
export interface Task {
  readonly library: LibraryName;
  readonly setting: number;
  /** Folder where npm installed transformers.js. */
  readonly peers: string;
  /** Tokens before the clock starts. */
  readonly warmUp: number;
  readonly tokens: number;
}

export interface TaskResult {
  readonly milliseconds: readonly number[];
  /** JavaScript heap and array buffers, garbage included; medians of several tokens each. */
  readonly bytesPerToken: number;
}
