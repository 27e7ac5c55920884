import type { TensorInfo, TensorType } from '@llamella/spec';

/** What became of one tensor. */
export interface TensorChange {
  /** Canonical name, as in GGUF. */
  readonly tensor: string;
  /** How it was stored. */
  readonly from: TensorType;
  /** How it is stored now. */
  readonly to: TensorType;
  /** `exact`: same values; `re-encoded`: the nearest that the type has. */
  readonly kind: 'exact' | 're-encoded';
  /** Largest difference of one value, as measured. */
  readonly largestError: number;
  /** Root of the mean square of the differences, divided by that of the values. */
  readonly relativeError: number;
}

/** The change of a tensor whose bytes were not looked at. */
export function exact({ name, type }: TensorInfo, target: TensorInfo): TensorChange {
  return { tensor: name, from: type, to: target.type, kind: 'exact', largestError: 0, relativeError: 0 };
}

/** Measures what encoding did to values. */
export class ErrorMeter {
  #largest = 0;
  #squares = 0;
  #errors = 0;

  add(values: Float32Array, stored: Float32Array): void {
    let [squares, errors, largest] = [0, 0, this.#largest];
    for (let at = 0; at < values.length; at++) {
      const value = values[at]!;
      const error = Math.abs(stored[at]! - value);
      if (error === 0) squares += value * value;
      // Infinities and what is not a number have no difference where they stay.
      else if (!Object.is(stored[at], value)) {
        squares += value * value;
        errors += error * error;
        if (!(error <= largest)) largest = error;
      }
    }
    this.#squares += squares;
    this.#errors += errors;
    this.#largest = largest;
  }

  change({ name, type }: TensorInfo, target: TensorInfo): TensorChange {
    return {
      tensor: name,
      from: type,
      to: target.type,
      kind: this.#errors === 0 && this.#largest === 0 ? 'exact' : 're-encoded',
      largestError: this.#largest,
      relativeError: this.#squares === 0 ? 0 : Math.sqrt(this.#errors / this.#squares),
    };
  }
}
