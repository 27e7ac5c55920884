import { InvalidFileError } from '@llamella/spec';
import type { BlockFormat } from '../formats/block-format.ts';
import { blockFormat } from '../formats/block-formats.ts';
import type { PackPart } from './pack-initializer.ts';

/** Scales and, in formats that have them, minimums: one for every `scaleLength` elements, in order. */
export interface Parameters {
  readonly scales: Float32Array;
  readonly minimums: Float32Array | undefined;
}

/** The format of a part; recipes with parts that have none were rejected before. */
export function partFormat(part: PackPart): BlockFormat {
  return blockFormat(part.info.type)!;
}

/** Reads the parameters of whole blocks. @param bytes at an even address */
export function readBlockParameters(format: BlockFormat, bytes: Uint8Array): Parameters {
  const count = (bytes.byteLength / format.blockBytes) * (format.blockLength / format.scaleLength);
  const scales = new Float32Array(count);
  const minimums = new Float32Array(format.hasMinimum ? count : 0);
  format.readScales(bytes, scales, minimums);
  return { scales, minimums: format.hasMinimum ? minimums : undefined };
}

/** The parameters of a part, row by row. @throws {InvalidFileError} when one is not finite */
export function readParameters(part: PackPart): Parameters {
  const format = partFormat(part);
  const parameters = readBlockParameters(format, part.bytes);
  const { scales, minimums } = parameters;
  checkFinite(part, format, scales, 'scale');
  if (minimums !== undefined) checkFinite(part, format, minimums, 'minimum');
  return parameters;
}

function checkFinite(part: PackPart, format: BlockFormat, values: Float32Array, what: string): void {
  for (let index = 0; index < values.length; index++) {
    // A difference with itself is not zero for infinities and NaN only.
    if (values[index]! - values[index]! === 0) continue;
    const block = Math.floor((index * format.scaleLength) / format.blockLength);
    throw new InvalidFileError(
      { file: part.file },
      `tensor ${part.info.name}: block ${block} has the ${what} ${values[index]}; the file is damaged`,
    );
  }
}
