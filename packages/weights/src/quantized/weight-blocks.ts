/** Least and largest weight of every block, zero included, row of blocks by row of blocks. */
export interface BlockRanges {
  readonly least: Float32Array;
  readonly most: Float32Array;
  /** Largest magnitude. */
  readonly largest: Float32Array;
}

/** A matrix of weights in blocks, the last of which may be cut short. */
export interface WeightBlocks {
  readonly values: Float32Array;
  readonly shape: readonly [outputs: number, inputs: number];
  readonly block: readonly [rows: number, columns: number];
}

export function blockRanges(weights: WeightBlocks): BlockRanges {
  const count = blockCount(weights);
  const least = new Float32Array(count);
  const most = new Float32Array(count);
  forEachWeight(weights, (value, _, block) => {
    if (value < least[block]!) least[block] = value;
    if (value > most[block]!) most[block] = value;
  });
  return { least, most, largest: least.map((value, index) => Math.max(-value, most[index]!)) };
}

export function blockCount({ shape, block }: WeightBlocks): number {
  return Math.ceil(shape[0] / block[0]) * Math.ceil(shape[1] / block[1]);
}

/** Codes of all weights, one to a byte. @param encode from a weight and the number of its block */
export function encodeWeights(
  weights: WeightBlocks,
  encode: (value: number, block: number) => number,
): Uint8Array {
  const codes = new Uint8Array(weights.values.length);
  forEachWeight(weights, (value, index, block) => {
    codes[index] = encode(value, block);
  });
  return codes;
}

function forEachWeight(
  { values, shape: [outputs, inputs], block: [rows, columns] }: WeightBlocks,
  visit: (value: number, index: number, block: number) => void,
): void {
  const across = Math.ceil(inputs / columns);
  for (let output = 0, index = 0; output < outputs; output++) {
    const first = Math.floor(output / rows) * across;
    for (let input = 0; input < inputs; input++, index++) {
      visit(values[index]!, index, first + Math.floor(input / columns));
    }
  }
}
