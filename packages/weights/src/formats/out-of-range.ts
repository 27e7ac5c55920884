import { InvalidArgumentError } from '@llamella/spec';

/** The error for values whose squares, times importance, float32 cannot hold: ggml ends the program there. */
export function outOfRange(): InvalidArgumentError {
  return new InvalidArgumentError('values', 'their squares times the importance are too large for float32');
}
