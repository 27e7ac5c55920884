import type { NodeProto } from 'onnx-buf';
import type { ConstantParts, Range } from './constant-parts.ts';
import type { LargeNode } from './large-node.ts';
import type { NodeList } from './node-list.ts';

/** Place of the bias among the inputs of `MatMulNBits`. */
const BIAS = 5;

/** Writes a product in parts, whose outputs are joined, or added where they are products of parts of the input. */
export function splitProduct(
  list: NodeList,
  constants: ConstantParts,
  node: NodeProto,
  { kind, axis, outputs, parts }: LargeNode,
  ranges: readonly Range[],
): void {
  const output = node.output[0]!;
  const bias = node.opType === 'MatMulNBits' ? node.input[BIAS] : undefined;
  const operands = bias === undefined ? node.input : node.input.slice(0, BIAS);
  let pieces: readonly string[] = ranges.map(() => node.input[0]!);
  if (kind === 'sum') {
    pieces = ranges.map((_, at) => list.unused(`${output}.input_${at}`));
    const sizes = list.integers(
      `${output}.sizes`,
      'int64',
      ranges.map(([first, end]) => end - first),
    );
    list.split(node.input[0]!, sizes, pieces);
  }
  const products = ranges.map((range, at) => {
    const inputs = operands.with(0, pieces[at]!);
    for (const part of parts) inputs[part.place] = constants.part(part, outputs, range);
    return list.again(node, inputs, list.unused(`${output}.part_${at}`), range[1] - range[0]);
  });
  const joined = bias === undefined ? output : list.unused(`${output}.joined`);
  if (kind === 'product') list.add('Concat', products, joined, { axis });
  else {
    let sum = products[0]!;
    for (const [at, product] of products.slice(1).entries()) {
      const last = at === products.length - 2;
      sum = list.add('Add', [sum, product], last ? joined : list.unused(`${output}.sum_${at}`));
    }
  }
  if (bias !== undefined) list.add('Add', [joined, bias], output);
}
