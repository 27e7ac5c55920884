/** A program that runs a GGUF model, seen from the benchmark. */
export interface Candidate {
  /** Loads the model. Everything that it imports and allocates counts as loading. */
  load(settings: CandidateSettings): Promise<LoadedCandidate>;
}

export interface CandidateSettings {
  /** The GGUF, or the first of its splits. */
  readonly model: string;
  readonly threads: number;
  readonly contextLength: number;
  /** Llamella's option of the same name; peers ignore it. */
  readonly exact: boolean;
}

export interface LoadedCandidate {
  /**
   * Runs `prompt` from an empty context and generates `count` tokens greedily, past any end token. One item per step
   * that produced tokens: how many there were.
   */
  generate(prompt: Uint32Array, count: number): AsyncIterable<number>;
  close(): Promise<void>;
}
