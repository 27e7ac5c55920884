/** Steps of each kind whose times are compared, after the first, which may prepare something. */
const SAMPLES = 5;

/**
 * Finds out whether recorded steps are faster than plain ones on this GPU, by timing steps that are needed anyway: one of
 * each kind in turn. Replays save the processor work, but some drivers take several times as long for them.
 */
export class StepTrial {
  readonly #times: Record<'recorded' | 'plain', number[]> = { recorded: [], plain: [] };

  /** Whether all steps that are compared were timed. */
  get isOver(): boolean {
    return Object.values(this.#times).every((times) => times.length > SAMPLES);
  }

  /** Whether the next step should run recorded. */
  get prefersRecorded(): boolean {
    const { recorded, plain } = this.#times;
    return this.isOver ? median(recorded) <= median(plain) : recorded.length <= plain.length;
  }

  /** Takes note of a step, from its call until its logits were there, in milliseconds. */
  took(wasRecorded: boolean, milliseconds: number): void {
    if (!this.isOver) this.#times[wasRecorded ? 'recorded' : 'plain'].push(milliseconds);
  }
}

function median(times: readonly number[]): number {
  const sorted = times.slice(1).sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
