const headerLength = 24;
const magic = 0x46474c4c; // "LLGF", little-endian
const largestCount = 2 ** 26;

/** What the reference model predicts at one position of a text. */
export interface GoldenPosition {
  /** Token ids, most likely first. */
  readonly topTokens: Uint16Array;
  /** Natural logarithms of their probabilities, `[topTokens.length]`. */
  readonly topLogprobs: Float32Array;
  /** Natural logarithm of the probability of all other tokens together. */
  readonly restLogMass: number;
  /** The token that follows in the text. */
  readonly nextToken: number;
  /** Negative log-likelihood of `nextToken`, in nats. */
  readonly nll: number;
}

/** A text and the reference model's prediction at each of its positions, as one sequence from position 0. */
export interface TeacherForcedGolden {
  readonly positions: number;
  readonly vocabularySize: number;
  /** The text, `[positions + 1]`: the last token is only predicted. */
  readonly tokens: Uint16Array;
  /** Prediction after `tokens[0..index]`. @throws {RangeError} when there is no such position */
  position(index: number): GoldenPosition;
}

/**
 * Reads `golden/smollm2-teacher-forced.bin`; its layout is described in `model_smollm2_golden.py`.
 *
 * @param bytes the whole file
 * @param name what errors call it
 * @throws {RangeError} when the bytes are not such a file
 */
export function readTeacherForced(bytes: Uint8Array, name = 'golden file'): TeacherForcedGolden {
  if (bytes.byteLength < headerLength)
    throw new RangeError(`${name}: ${bytes.byteLength} bytes, too short for its header of ${headerLength}`);
  const header = new DataView(bytes.buffer, bytes.byteOffset, headerLength);
  if (header.getUint32(0, true) !== magic) throw new RangeError(`${name}: does not begin with "LLGF"`);
  const version = header.getUint32(4, true);
  if (version !== 1) throw new RangeError(`${name}: version ${version}, this reader knows version 1`);
  const positions = header.getUint32(8, true);
  const top = header.getUint32(12, true);
  const vocabularySize = header.getUint32(16, true);
  if (positions === 0 || top === 0 || positions * top > largestCount || top > vocabularySize)
    throw new RangeError(`${name}: ${positions} positions of ${top} in ${vocabularySize} tokens`);
  const expected = headerLength + positions * (top * 6 + 8) + (positions + 1) * 2;
  if (bytes.byteLength !== expected)
    throw new RangeError(
      `${name}: ${bytes.byteLength} bytes, ${expected} expected for ${positions} positions`,
    );

  const aligned = new Uint8Array(bytes).buffer;
  let offset = headerLength;
  const floats = (count: number) => new Float32Array(aligned, (offset += count * 4) - count * 4, count);
  const shorts = (count: number) => new Uint16Array(aligned, (offset += count * 2) - count * 2, count);
  const logprobs = floats(positions * top);
  const rest = floats(positions);
  const nll = floats(positions);
  const topTokens = shorts(positions * top);
  const tokens = shorts(positions + 1);

  return {
    positions,
    vocabularySize,
    tokens,
    position(index) {
      if (!Number.isInteger(index) || index < 0 || index >= positions)
        throw new RangeError(`${name}: no position ${index}, there are ${positions}`);
      return {
        topTokens: topTokens.subarray(index * top, (index + 1) * top),
        topLogprobs: logprobs.subarray(index * top, (index + 1) * top),
        restLogMass: rest[index]!,
        nextToken: tokens[index + 1]!,
        nll: nll[index]!,
      };
    },
  };
}
