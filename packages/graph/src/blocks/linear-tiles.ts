import type { GraphContext } from '../graph-context.ts';
import { writeOnce } from './block-sums.ts';
import { number, scale } from './scale.ts';

/** `TensorProto.UINT8` of onnx.proto3. */
const ONNX_UINT8 = 2;

/** Largest magnitude of the first digit of an activation, and what the second is multiplied with. */
const MOST = 127;
const BASE = 254;
/** The code of zero, and half a step, with which cutting off rounds. */
const ZERO = 128;

/** Outputs that the kernel of WebAssembly takes at once. */
const BLOCK = 128;

interface TileProduct {
  readonly names: readonly string[];
  readonly outputs: number;
  readonly inputs: number;
  readonly digits: 1 | 2;
  readonly bias: string | undefined;
}

/**
 * Writes `output = input x weights^T` with weights as 8-bit integers and a scale for each output.
 *
 * The kernel of WebAssembly copies weights block by block, 128 inputs of 128 outputs, whatever the number of tokens. Where
 * the outputs of an input lie far apart, that is slow; so they are cut into tiles, which are a batch of products.
 */
export function writeTiles(context: GraphContext, product: TileProduct, input: string, output: string): void {
  const { table, writer } = context;
  const { names: tensors, outputs, inputs, digits, bias } = product;
  const tile = tileOf(outputs);
  const tiles = outputs / tile;
  table.packed(`${output}.tiles`, 'int8', [tiles, inputs, tile], { kind: 'tiles', tensors, tile });
  table.packed(`${output}.scales`, 'float32', [tiles, 1, tile], { kind: 'output-scales', tensors });
  const { integers, step } = quantized(context, input, digits);
  const one = number(context, 1);
  const zero = writeOnce(context, 'zero_code', () => writer.uint8Constant('zero_code', ZERO));
  const operands = [integers, `${output}.tiles`, one, `${output}.scales`, zero];
  writer.contribNode('MatMulIntegerToFloat', operands, [`${output}.products`]);
  let sums = `${output}.products`;
  if (digits === 2) {
    writer.node('Split', [sums], [`${output}.first`, `${output}.second`], { axis: 1, num_outputs: 2 });
    scale(context, `${output}.second`, 1 / BASE, `${output}.rest`);
    sums = `${output}.sums`;
    writer.node('Add', [`${output}.first`, `${output}.rest`], [sums]);
  }
  writer.node('Transpose', [sums], [`${output}.by_token`], { perm: [1, 0, 2] });
  const shape = writeOnce(context, `tokens_by_${outputs}`, () =>
    writer.int64Constant(`tokens_by_${outputs}`, [3], [1, -1, outputs]),
  );
  writer.node('Reshape', [`${output}.by_token`, shape], [`${output}.integers`]);
  const scaled = bias === undefined ? output : `${output}.product`;
  writer.node('Mul', [`${output}.integers`, step], [scaled]);
  if (bias !== undefined) writer.node('Add', [scaled, bias], [output]);
}

/**
 * The largest divisor of `outputs` that is one block of the kernel or less; else the smallest that is more; all outputs
 * where they have none.
 */
function tileOf(outputs: number): number {
  for (let tile = BLOCK; tile >= BLOCK / 2; tile -= 8) if (outputs % tile === 0) return tile;
  for (let tile = BLOCK + 8; tile <= 4 * BLOCK; tile += 8) if (outputs % tile === 0) return tile;
  return outputs;
}

/**
 * Writes, once per input, its integers uint8 `[1, digits*tokens, inputs]` around 128, second digits after the first ones of
 * all tokens, and the scale of each token, float32 `[1, tokens, 1]`.
 */
function quantized(context: GraphContext, input: string, digits: 1 | 2) {
  const { writer } = context;
  const integers = `${input}.integers_${digits}`;
  const step = `${input}.step`;
  const value = (name: string) => `${input}.${name}`;
  writeOnce(context, step, () => {
    const lastAxis = writeOnce(context, 'last_axis', () => writer.int64Constant('last_axis', [1], [-1]));
    writer.node('Abs', [input], [value('magnitudes')]);
    writer.node('ReduceMax', [value('magnitudes'), lastAxis], [value('largest')], { keepdims: 1 });
    scale(context, value('largest'), 1 / MOST, value('positive'));
    // Tokens whose activations are all zero have a scale too.
    writer.node('Add', [value('positive'), number(context, 1e-30)], [step]);
    writer.node('Div', [input, step], [value('steps')]);
  });
  writeOnce(context, integers, () => {
    let codes = value('steps');
    if (digits === 2) {
      writer.node('Round', [codes], [value('first')]);
      writer.node('Sub', [codes, value('first')], [value('rest')]);
      scale(context, value('rest'), BASE, value('second'));
      writer.node('Concat', [value('first'), value('second')], [value('digits')], { axis: 1 });
      codes = value('digits');
    }
    writer.node('Add', [codes, number(context, ZERO + 0.5)], [`${integers}.codes`]);
    writer.node('Cast', [`${integers}.codes`], [integers], { to: ONNX_UINT8 });
  });
  return { integers, step };
}
