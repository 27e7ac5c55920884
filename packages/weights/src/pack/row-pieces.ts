import { InvalidArgumentError, type TensorInfo } from '@llamella/spec';
import { scaledFormat } from '../formats/scaled-format.ts';
import { scaledLayout, storedScales, storedZeroPoints } from '../formats/scaled-layout.ts';

/** The part of a tensor that a recipe packs. */
export interface RowPiece {
  /** The whole tensor. */
  readonly tensor: TensorInfo;
  /** Its rows that are packed, as a tensor of their own. */
  readonly info: TensorInfo;
  /** Bytes of the whole tensor to those of the rows. */
  readonly cut: (bytes: Uint8Array) => Uint8Array;
}

/**
 * Cuts the rows out of stacked tensors that `PackRecipe.rows` asks for.
 *
 * @throws {InvalidArgumentError} when there are no such rows, or the tensors are no matrices
 */
export function rowPieces(
  tensors: readonly TensorInfo[],
  rows: readonly [first: number, end: number] | undefined,
): RowPiece[] {
  if (rows === undefined) {
    return tensors.map((tensor) => ({ tensor, info: tensor, cut: (bytes) => bytes }));
  }
  const [first, end] = rows;
  checkRows(
    first,
    end,
    tensors.reduce((sum, { shape }) => sum + shape[0]!, 0),
  );
  const pieces: RowPiece[] = [];
  let start = 0;
  for (const tensor of tensors) {
    if (tensor.shape.length !== 2) {
      throw new InvalidArgumentError('recipe.rows', `${tensor.name} [${tensor.shape}] is no matrix`);
    }
    const outputs = tensor.shape[0]!;
    const from = Math.max(first - start, 0);
    const to = Math.min(end - start, outputs);
    start += outputs;
    if (from < to) pieces.push(pieceOf(tensor, from, to));
  }
  return pieces;
}

/** @throws {InvalidArgumentError} unless `first` and `end` are a range of rows of which there are `count` */
export function checkRows(first: number, end: number, count: number): void {
  if (Number.isInteger(first) && Number.isInteger(end) && first >= 0 && first < end && end <= count) return;
  throw new InvalidArgumentError('recipe.rows', `[${first}, ${end}] is no range of ${count} rows`);
}

function pieceOf(tensor: TensorInfo, from: number, to: number): RowPiece {
  const [outputs, inputs] = tensor.shape as [number, number];
  const shape = [to - from, inputs];
  const format = scaledFormat(tensor.type);
  if (format === undefined || tensor.scaleBlock === undefined) {
    const rowBytes = tensor.byteLength / outputs;
    return {
      tensor,
      info: { ...tensor, shape, byteLength: shape[0]! * rowBytes },
      cut: (bytes) => bytes.subarray(from * rowBytes, to * rowBytes),
    };
  }
  // A scale may stand for rows on both sides of a cut: each row gets scales of its own.
  const whole = scaledLayout(format, tensor.shape, tensor);
  const scaleBlock = [1, tensor.scaleBlock[1]] as const;
  const layout = scaledLayout(format, shape, { ...tensor, scaleBlock });
  const cut = (bytes: Uint8Array) => {
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
    const target = new Uint8Array(layout.byteLength);
    target.set(aligned.subarray(from * whole.rowBytes, to * whole.rowBytes));
    for (const read of [storedScales, storedZeroPoints]) {
      const values = read(whole, aligned);
      for (let row = from; row < to && values !== undefined; row++) {
        const start = Math.floor(row / whole.rows) * whole.scaleColumns;
        const group = values.subarray(start, start + whole.scaleColumns);
        read(layout, target)!.set(group, (row - from) * whole.scaleColumns);
      }
    }
    return target;
  };
  return { tensor, info: { ...tensor, shape, scaleBlock, byteLength: layout.byteLength }, cut };
}
