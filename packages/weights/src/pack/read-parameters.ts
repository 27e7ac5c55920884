import { InvalidFileError } from '@llamella/spec';
import type { BlockFormat } from '../formats/block-format.ts';
import { blockFormat } from '../formats/block-formats.ts';
import { readHalves } from '../formats/read-halves.ts';
import type { PackPart } from './pack-initializer.ts';

/** The format of a part; recipes with parts that have none were rejected before. */
export function partFormat(part: PackPart): BlockFormat {
  return blockFormat(part.info.type)!;
}

/** Scales of all blocks of a part, row by row. @throws {InvalidFileError} when one is not finite */
export function readScales(part: PackPart): Float32Array {
  return readFinite(part, 0, 'scale');
}

/** Minimums of all blocks, or `undefined` when the format has none. @throws {InvalidFileError} when one is not finite */
export function readMinimums(part: PackPart): Float32Array | undefined {
  const offset = partFormat(part).minimumOffset;
  return offset === undefined ? undefined : readFinite(part, offset, 'minimum');
}

function readFinite(part: PackPart, offset: number, what: string): Float32Array {
  const values = readHalves(part.bytes, partFormat(part).blockBytes, offset);
  for (let block = 0; block < values.length; block++) {
    // A difference with itself is not zero for infinities and NaN only.
    if (values[block]! - values[block]! !== 0) {
      throw new InvalidFileError(
        { file: part.file },
        `tensor ${part.info.name}: block ${block} has the ${what} ${values[block]}; the file is damaged`,
      );
    }
  }
  return values;
}
