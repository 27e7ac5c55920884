import type { RopeScaling } from '@llamella/spec';
import type { Require } from './check-config.ts';

/** Checks the scaling of rotary frequencies, of which there are `rotarySize / 2`. */
export function checkScaling(
  scaling: RopeScaling,
  rotarySize: number,
  require: Require,
  positive: (key: string, value: number) => void,
): void {
  const all = (key: string, numbers: Float32Array) => {
    const count = rotarySize / 2;
    require(numbers.length ===
      count, `ropeScaling.${key} has ${numbers.length} numbers where ${rotarySize} rotated dimensions need ${count}`);
    for (const [index, number] of numbers.entries()) positive(`ropeScaling.${key}[${index}]`, number);
  };
  const each = <Key extends string>(values: Readonly<Record<Key, unknown>>, ...keys: readonly Key[]) => {
    for (const key of keys) positive(`ropeScaling.${key}`, values[key] as number);
  };
  switch (scaling.kind) {
    case 'none':
      return;
    case 'linear':
      each(scaling, 'factor');
      return;
    case 'llama3': {
      const { lowFrequencyFactor: low, highFrequencyFactor: high } = scaling;
      each(scaling, 'factor', 'originalContextLength', 'lowFrequencyFactor', 'highFrequencyFactor');
      require(high > low, `ropeScaling.highFrequencyFactor ${high} is not above lowFrequencyFactor ${low}`);
      return;
    }
    case 'yarn': {
      const { betaFast = 32, betaSlow = 1, attentionFactor = 1 } = scaling;
      each(scaling, 'factor', 'originalContextLength');
      each({ betaFast, betaSlow, attentionFactor }, 'betaFast', 'betaSlow', 'attentionFactor');
      require(betaFast >= betaSlow, `ropeScaling.betaFast ${betaFast} is below betaSlow ${betaSlow}`);
      return;
    }
    case 'longrope': {
      const { attentionFactor = 1, originalContextLength } = scaling;
      each({ attentionFactor }, 'attentionFactor');
      require(originalContextLength >
        1, `ropeScaling.originalContextLength must be above 1, got ${originalContextLength}`);
      all('shortDivisors', scaling.shortDivisors);
      all('longDivisors', scaling.longDivisors);
      return;
    }
    case 'divisors':
      all('divisors', scaling.divisors);
      return;
    default:
      require(false, `ropeScaling.kind ${JSON.stringify((scaling as { kind: unknown }).kind)} is not known`);
  }
}
