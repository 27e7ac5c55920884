/** The rules of slot choice in their plainest form, to compare a cache with. */
export class NaiveKvCache {
  readonly slots: { tokens: number[]; busy: boolean; lastUsed: number }[];
  #clock = 0;

  constructor(slots: number) {
    this.slots = Array.from({ length: slots }, () => ({ tokens: [], busy: false, lastUsed: 0 }));
  }

  acquire(prompt: number[]): { slot: number; length: number } {
    const candidates = this.slots
      .map((state, slot) => {
        const differs = state.tokens.findIndex((token, index) => token !== prompt[index]);
        return { slot, state, prefix: differs < 0 ? state.tokens.length : differs };
      })
      .filter(({ state }) => !state.busy)
      .sort((a, b) => b.prefix - a.prefix || a.state.lastUsed - b.state.lastUsed || a.slot - b.slot);
    const { slot, state, prefix } = candidates[0]!;
    state.tokens = prompt.slice(0, Math.min(prefix, prompt.length - 1));
    state.busy = true;
    return { slot, length: state.tokens.length };
  }

  release(slot: number): void {
    this.slots[slot]!.busy = false;
    this.slots[slot]!.lastUsed = ++this.#clock;
  }
}
