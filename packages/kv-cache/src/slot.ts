/** What is known about one row of the storage. */
export interface Slot {
  readonly index: number;
  /** The first `length` entries are the tokens whose keys and values the row holds. */
  tokens: Uint32Array;
  length: number;
  /** Positions before this one may be written by the slot's user. At least `length` while the slot is in use. */
  reserved: number;
  busy: boolean;
  /** Value of the cache's clock when the slot was last given back; 0 when it was never used. */
  lastUsed: number;
}

export function createSlot(index: number): Slot {
  return { index, tokens: new Uint32Array(0), length: 0, reserved: 0, busy: false, lastUsed: 0 };
}

/** Records tokens after the slot's last; the buffer doubles when it is full. */
export function appendTokens(slot: Slot, tokens: Uint32Array): void {
  const length = slot.length + tokens.length;
  if (length > slot.tokens.length) {
    const larger = new Uint32Array(Math.max(length, slot.tokens.length * 2, 64));
    larger.set(slot.tokens.subarray(0, slot.length));
    slot.tokens = larger;
  }
  slot.tokens.set(tokens, slot.length);
  slot.length = length;
}

/** How many tokens at the start of `prompt` the slot holds. */
export function commonPrefix(slot: Slot, prompt: Uint32Array): number {
  const { tokens } = slot;
  const end = Math.min(slot.length, prompt.length);
  let length = 0;
  while (length < end && tokens[length] === prompt[length]) length++;
  return length;
}
