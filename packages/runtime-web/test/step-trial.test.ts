import { describe, expect, it } from 'vitest';
import { StepTrial } from '../src/step-trial.ts';

/** Times of recorded and plain steps, as the trial asks for them. */
function run(recorded: (step: number) => number, plain: (step: number) => number): StepTrial {
  const trial = new StepTrial();
  for (let step = 0; !trial.isOver; step++) {
    const isRecorded = trial.prefersRecorded;
    trial.took(isRecorded, isRecorded ? recorded(step) : plain(step));
  }
  return trial;
}

describe('trial of recorded steps', () => {
  it('takes the faster kind', () => {
    expect(
      run(
        () => 4,
        () => 14,
      ).prefersRecorded,
    ).toBe(true);
    expect(
      run(
        () => 59,
        () => 14,
      ).prefersRecorded,
    ).toBe(false);
  });

  it('takes both kinds in turn, recorded ones first', () => {
    const order: boolean[] = [];
    run(
      () => order.push(true),
      () => order.push(false),
    );
    expect(order).toEqual(Array.from({ length: 12 }, (_, step) => step % 2 === 0));
  });

  it('is not misled by the first step or by one that was held up', () => {
    expect(
      run(
        (step) => (step === 0 ? 900 : 4),
        () => 14,
      ).prefersRecorded,
    ).toBe(true);
    expect(
      run(
        (step) => (step === 4 ? 900 : 4),
        () => 14,
      ).prefersRecorded,
    ).toBe(true);
  });

  it('does not change its mind', () => {
    const trial = run(
      () => 4,
      () => 14,
    );
    for (let step = 0; step < 20; step++) trial.took(true, 500);
    expect(trial.prefersRecorded).toBe(true);
  });
});
