/** How a library is started in a page. */
export interface PageOptions {
  /** Threads of WebAssembly. */
  readonly threads: number;
  /** Longest sequence in tokens. */
  readonly contextLength: number;
}

/** What is generated from. */
export interface Prompt {
  readonly ids: readonly number[];
  /** The same as text. */
  readonly text: string;
}

/** One library in a page, with the model loaded. */
export interface PageCandidate {
  /**
   * Generates greedily, past any end of text.
   *
   * @param onToken called when a token has arrived
   */
  generate(prompt: Prompt, count: number, onToken: () => void): Promise<void>;
}

/** Times of one generation, in milliseconds from the call. */
export interface Generation {
  readonly firstTokenMs: number;
  readonly lastTokenMs: number;
  readonly tokens: number;
}

/** What Node calls in the page. */
export interface PageProgram {
  /** @returns milliseconds that loading took */
  load(options: PageOptions): Promise<number>;
  /** @throws {Error} when fewer tokens arrive than asked for */
  generate(prompt: Prompt, count: number): Promise<Generation>;
}

declare global {
  var benchProgram: PageProgram;
}

/** Lets Node measure a candidate: the same clock for all. */
export function offer(load: (options: PageOptions) => Promise<PageCandidate>): void {
  let candidate: PageCandidate;
  globalThis.benchProgram = {
    async load(options) {
      const started = performance.now();
      candidate = await load(options);
      return performance.now() - started;
    },
    async generate(prompt, count) {
      const arrivals: number[] = [];
      const started = performance.now();
      await candidate.generate(prompt, count, () => arrivals.push(performance.now() - started));
      // One library reports the end of the text as one more arrival.
      if (arrivals.length < count) throw new Error(`${arrivals.length} of ${count} tokens arrived`);
      return { firstTokenMs: arrivals[0]!, lastTokenMs: arrivals[count - 1]!, tokens: count };
    },
  };
}
