import type { PositionLogprobs } from '@llamella/spec';
import type { AnswerToken } from '../conversation/conversation.ts';

/** Turns log probabilities by id into ones by text, asking for each text once. */
export class TokenTrace {
  readonly #pieces: (ids: readonly number[]) => Promise<readonly string[]>;
  readonly #texts = new Map<number, string>();
  readonly #tokens: AnswerToken[] = [];
  #work: Promise<void> = Promise.resolve();

  /** @param pieces what `BrowserModel.pieces` does */
  constructor(pieces: (ids: readonly number[]) => Promise<readonly string[]>) {
    this.#pieces = pieces;
  }

  /** Those whose texts are known so far. */
  get tokens(): readonly AnswerToken[] {
    return this.#tokens;
  }

  /** Adds positions; `onReady` is called when their texts are known. */
  add(positions: readonly PositionLogprobs[], onReady: () => void): void {
    this.#work = this.#work.then(async () => {
      await this.#learn(positions);
      for (const { token, logprob, top } of positions)
        this.#tokens.push({
          text: this.#text(token),
          logprob,
          top: top.map((choice) => ({ text: this.#text(choice.token), logprob: choice.logprob })),
        });
      onReady();
    });
    // Without texts there is no token view; the answer itself is not touched.
    this.#work.catch(() => undefined);
  }

  /** Waits for what was added. @returns all tokens, or `undefined` when their texts cannot be had */
  async finished(): Promise<readonly AnswerToken[] | undefined> {
    try {
      await this.#work;
    } catch {
      return undefined;
    }
    return [...this.#tokens];
  }

  #text(id: number): string {
    return this.#texts.get(id) ?? '\uFFFD';
  }

  async #learn(positions: readonly PositionLogprobs[]): Promise<void> {
    const unknown = new Set<number>();
    for (const { token, top } of positions)
      for (const id of [token, ...top.map((choice) => choice.token)])
        if (!this.#texts.has(id)) unknown.add(id);
    if (unknown.size === 0) return;
    const ids = [...unknown];
    const texts = await this.#pieces(ids);
    for (const [index, id] of ids.entries()) this.#texts.set(id, texts[index] ?? '\uFFFD');
  }
}
