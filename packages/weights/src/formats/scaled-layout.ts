import { InvalidArgumentError } from '@llamella/spec';
import type { ScaledFormat } from './scaled-format.ts';

/** What the type and shape of a tensor leave open, as in `TensorInfo`. */
export interface TensorLayout {
  /** Rows and columns of weights that share a scale. Absent: no scales. */
  readonly scaleBlock?: readonly [rows: number, columns: number];
  /** Whether zero points are stored, for `U4` and `U8` with scales. Default `false`. */
  readonly zeroPoints?: boolean;
  /** Which input each stored column is multiplied with. Default: each with its own. */
  readonly inputOrder?: Uint32Array;
}

/** Where the parts of a tensor with scales lie in its bytes. */
export interface ScaledLayout {
  readonly outputs: number;
  readonly inputs: number;
  /** Bytes of the elements of a row. */
  readonly rowBytes: number;
  /** Outputs and inputs that share a scale; without scales, all. */
  readonly rows: number;
  readonly columns: number;
  /** Scales per row, and rows of scales; 0 without scales. */
  readonly scaleColumns: number;
  readonly scaleRows: number;
  readonly scalesOffset: number;
  readonly zeroPointsOffset: number;
  readonly byteLength: number;
  readonly zeroPoints: boolean;
  readonly inputOrder: Uint32Array | undefined;
}

/**
 * Lays a tensor out.
 *
 * @throws {InvalidArgumentError} when shape or layout make no sense, or are too large
 */
export function scaledLayout(
  format: ScaledFormat,
  shape: readonly number[],
  { scaleBlock, zeroPoints = false, inputOrder }: TensorLayout,
): ScaledLayout {
  const inputs = shape.at(-1)!;
  const outputs = shape.slice(0, -1).reduce((product, length) => product * length, 1);
  const rowBytes = Math.ceil((inputs * format.elementBits) / 8);
  const elementBytes = outputs * rowBytes;
  if (shape.length !== 2 && (scaleBlock !== undefined || inputOrder !== undefined)) {
    throw new InvalidArgumentError(
      'shape',
      `[${shape}] is not that of a matrix, which scales and orders are for`,
    );
  }
  if (zeroPoints && (format.float !== undefined || scaleBlock === undefined)) {
    throw new InvalidArgumentError(
      'zeroPoints',
      `cannot be stored for ${format.type} without scales or of floats`,
    );
  }
  if (inputOrder !== undefined) checkOrder(inputOrder, inputs);
  const [rows, columns] = scaleBlock ?? [outputs, inputs];
  if (scaleBlock?.length === 2 ? !(isExtent(rows) && isExtent(columns)) : scaleBlock !== undefined) {
    throw new InvalidArgumentError(
      'scaleBlock',
      `[${scaleBlock}] is not a number of rows and one of columns`,
    );
  }
  const scaleRows = scaleBlock === undefined ? 0 : Math.ceil(outputs / rows);
  const scaleColumns = scaleBlock === undefined ? 0 : Math.ceil(inputs / columns);
  const scales = scaleRows * scaleColumns;
  const scalesOffset = scales === 0 ? elementBytes : Math.ceil(elementBytes / 4) * 4;
  const zeroPointsOffset = scalesOffset + 4 * scales;
  const byteLength = zeroPointsOffset + (zeroPoints ? scales : 0);
  if (!Number.isSafeInteger(byteLength)) {
    throw new InvalidArgumentError('shape', `[${shape}] is not the shape of a tensor`);
  }
  return {
    ...{ outputs, inputs, rowBytes, rows, columns, scaleColumns, scaleRows },
    ...{ scalesOffset, zeroPointsOffset, byteLength, zeroPoints, inputOrder },
  };
}

function isExtent(length: number): boolean {
  return Number.isSafeInteger(length) && length > 0;
}

function checkOrder(order: Uint32Array, inputs: number): void {
  if (order.length === inputs) {
    const seen = new Uint8Array(inputs);
    for (const input of order) seen[input] = 1;
    if (!seen.includes(0)) return;
  }
  throw new InvalidArgumentError('inputOrder', `is not an order of all ${inputs} inputs`);
}

/** The scales of a tensor, float32 `[scaleRows, scaleColumns]`. @param bytes at a multiple of four */
export function storedScales(layout: ScaledLayout, bytes: Uint8Array): Float32Array {
  const count = layout.scaleRows * layout.scaleColumns;
  if (count === 0) return new Float32Array(0);
  return new Float32Array(bytes.buffer, bytes.byteOffset + layout.scalesOffset, count);
}

/** The zero points of a tensor, uint8 `[scaleRows, scaleColumns]`, or `undefined` where none are stored. */
export function storedZeroPoints(layout: ScaledLayout, bytes: Uint8Array): Uint8Array | undefined {
  return layout.zeroPoints ? bytes.subarray(layout.zeroPointsOffset, layout.byteLength) : undefined;
}
