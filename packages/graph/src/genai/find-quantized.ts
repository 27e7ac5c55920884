import { type NodeProto, TensorProto_DataType as Onnx } from 'onnx-buf';
import { elementType, isHalf } from './element-types.ts';
import type { GraphEditor } from './graph-editor.ts';
import { integerAttribute } from './node-attributes.ts';
import { type QuantizedWeight, quantizedByteLength } from './quantized-weight.ts';
import type { StoredTensor } from './stored-tensor.ts';

/** A product with quantized weights, whichever nodes the graph has for it. */
export interface QuantizedProduct {
  readonly weight: QuantizedWeight;
  /** What is multiplied: `[..., inputs]`. */
  readonly input: string;
  /** Added to the product: `[outputs]`. */
  readonly bias?: string;
}

/** A lookup in a quantized table. */
export interface QuantizedLookup {
  readonly weight: QuantizedWeight;
  /** Which rows. */
  readonly indices: string;
}

/** Weights found so far: products and lookups of one constant share them. */
export class QuantizedWeights {
  /** By the name of the constant that holds the integers. */
  readonly byData = new Map<string, QuantizedWeight>();
  /** By their names as tensors of a checkpoint. */
  readonly byName = new Map<string, QuantizedWeight>();
}

type Parts = Pick<
  QuantizedWeight,
  'outputs' | 'inputs' | 'bits' | 'scaleLength' | 'data' | 'scales' | 'zeroPoints'
> &
  Partial<Pick<QuantizedWeight, 'outputsInnermost' | 'signed' | 'alignedZeroPoints'>>;

/** Endings that exporters put behind the name of a weight once it is quantized. */
const endings = /(?:_DQ)?(?:_Q\d(?:G\d+)?|_i4|_quantized|\.qweight)$/;

/**
 * The product that a node is, if its weights are integers of 4 or 8 bits with scales: `MatMulNBits`, or a `MatMul`
 * with what `DequantizeLinear` makes of a constant `[inputs, outputs]`, or `[outputs, inputs]` before a `Transpose`.
 * `undefined` for other nodes, and for forms that can only run as they are.
 */
export function quantizedProduct(
  editor: GraphEditor,
  node: NodeProto,
  weights: QuantizedWeights,
): QuantizedProduct | undefined {
  if (node.opType === 'MatMulNBits' && node.domain === 'com.microsoft') {
    const [input, data, scales, zeroPoints, order, bias] = node.input;
    if (order !== undefined && order !== '') return undefined;
    const sizes = {
      outputs: integerAttribute(node, 'N', 0),
      inputs: integerAttribute(node, 'K', 0),
      bits: integerAttribute(node, 'bits', 4),
      scaleLength: integerAttribute(node, 'block_size', 0),
    };
    const weight = packedWeight(editor, weights, sizes, data, scales, zeroPoints);
    return weight && input ? { weight, input, ...(bias && { bias }) } : undefined;
  }
  if (node.opType !== 'MatMul' || node.domain !== '') return undefined;
  const [input, operand] = node.input;
  let source = editor.producer(operand!);
  const transposed = source?.opType === 'Transpose';
  if (transposed) {
    const permutation = source!.attribute.find(({ name }) => name === 'perm')?.ints.map(Number);
    if (permutation !== undefined && permutation.join() !== '1,0') return undefined;
    source = editor.producer(source!.input[0]!);
  }
  if (source?.opType !== 'DequantizeLinear') return undefined;
  const weight = dequantizedWeight(editor, weights, source, transposed);
  return weight && input ? { weight, input } : undefined;
}

/** The lookup that a node is, if its table is one of packed rows: `GatherBlockQuantized` of a constant. */
export function quantizedLookup(
  editor: GraphEditor,
  node: NodeProto,
  weights: QuantizedWeights,
): QuantizedLookup | undefined {
  if (node.opType !== 'GatherBlockQuantized' || node.domain !== 'com.microsoft') return undefined;
  const [table, indices, scales, zeroPoints] = node.input;
  const axis = integerAttribute(node, 'quantize_axis', 1);
  if (integerAttribute(node, 'gather_axis', 0) !== 0 || (axis !== 1 && axis !== -1)) return undefined;
  const reshape = editor.producer(table!);
  const data = reshape?.opType === 'Reshape' ? reshape.input[0] : table;
  const bits = integerAttribute(node, 'bits', 4);
  const scaleLength = integerAttribute(node, 'block_size', 128);
  const stored = editor.initializers.get(data!);
  const groups = editor.initializers.get(scales!)?.shape;
  if (stored === undefined || groups === undefined || groups.length !== 2) return undefined;
  const sizes = { outputs: groups[0]!, inputs: groups[1]! * scaleLength, bits, scaleLength };
  const weight = packedWeight(editor, weights, sizes, data, scales, zeroPoints);
  return weight && indices ? { weight, indices } : undefined;
}

/** Weights packed as in `MatMulNBits`: uint8 `[outputs, blocks, bytes]`, or rows of the same bytes. */
function packedWeight(
  editor: GraphEditor,
  weights: QuantizedWeights,
  sizes: { outputs: number; inputs: number; bits: number; scaleLength: number },
  dataName: string | undefined,
  scalesName: string | undefined,
  zeroPointsName: string | undefined,
): QuantizedWeight | undefined {
  const data = editor.initializers.get(dataName ?? '');
  const scales = editor.initializers.get(scalesName ?? '');
  const zeroPoints = zeroPointsName ? editor.initializers.get(zeroPointsName) : undefined;
  const { outputs, inputs, bits, scaleLength } = sizes;
  if (data?.dataType !== Onnx.UINT8 || !isScale(scales) || (bits !== 4 && bits !== 8)) return undefined;
  if (zeroPointsName && zeroPoints?.dataType !== Onnx.UINT8) return undefined;
  if (!(outputs > 0 && inputs > 0 && scaleLength > 0) || inputs % scaleLength !== 0) return undefined;
  const groups = inputs / scaleLength;
  if (data.byteLength !== (outputs * inputs * bits) / 8) return undefined;
  if (elementCount(scales) !== outputs * groups) return undefined;
  if (zeroPoints && zeroPoints.byteLength !== outputs * Math.ceil((groups * bits) / 8)) return undefined;
  return share(editor, weights, {
    ...{ outputs, inputs, bits, scaleLength, data, scales, zeroPoints },
    alignedZeroPoints: true,
  });
}

/** Weights of a `DequantizeLinear`, blocked along the inputs or with one scale per output. */
function dequantizedWeight(
  editor: GraphEditor,
  weights: QuantizedWeights,
  node: NodeProto,
  transposed: boolean,
): QuantizedWeight | undefined {
  const [dataName, scalesName, zeroPointsName] = node.input;
  const data = editor.initializers.get(dataName!);
  const scales = editor.initializers.get(scalesName!);
  const zeroPoints = zeroPointsName ? editor.initializers.get(zeroPointsName) : undefined;
  if (data === undefined || data.shape.length !== 2 || !isScale(scales)) return undefined;
  if (zeroPointsName && zeroPoints?.dataType !== data.dataType) return undefined;
  const bits = elementType(data.dataType)!.bits;
  const signed = data.dataType === Onnx.INT4 || data.dataType === Onnx.INT8;
  if (!signed && data.dataType !== Onnx.UINT4 && data.dataType !== Onnx.UINT8) return undefined;
  // Unsigned codes without zero points count from zero, which no packed form does.
  if (!signed && zeroPoints === undefined) return undefined;
  if (bits !== 4 && bits !== 8) return undefined;
  const inputAxis = transposed ? 1 : 0;
  const inputs = data.shape[inputAxis]!;
  const outputs = data.shape[1 - inputAxis]!;
  // Both are counted in whole bytes.
  if (inputs < 1 || outputs < 1 || inputs % 2 !== 0 || outputs % 2 !== 0) return undefined;
  const axis = integerAttribute(node, 'axis', 1);
  const blockSize = integerAttribute(node, 'block_size', 0);
  const blocked = (axis + 2) % 2 === inputAxis && blockSize > 0 && inputs % blockSize === 0;
  const perOutput = (axis + 2) % 2 === 1 - inputAxis && blockSize === 0 && elementCount(scales) === outputs;
  if (!blocked && !perOutput) return undefined;
  const scaleLength = blocked ? blockSize : inputs;
  const count = outputs * (inputs / scaleLength);
  if (elementCount(scales) !== count || (zeroPoints && elementCount(zeroPoints) !== count)) return undefined;
  return share(editor, weights, {
    ...{ outputs, inputs, bits, scaleLength, data, scales, zeroPoints, signed },
    outputsInnermost: !transposed,
  });
}

function share(editor: GraphEditor, weights: QuantizedWeights, parts: Parts): QuantizedWeight {
  const { data, outputs, inputs, bits, scaleLength, zeroPoints } = parts;
  const known = weights.byData.get(data.name);
  if (known?.scales === parts.scales && known.inputs === inputs && known.scaleLength === scaleLength) {
    return known;
  }
  const taken = (name: string) => weights.byName.has(name) || editor.initializers.has(name);
  let name = data.name.replace(endings, '');
  if (taken(name)) name = `${data.name}.quantized`;
  while (taken(name)) name += '.';
  const weight = { outputsInnermost: false, signed: false, alignedZeroPoints: false, ...parts };
  const info = {
    name,
    type: bits === 4 ? ('U4' as const) : ('U8' as const),
    shape: [outputs, inputs],
    byteLength: quantizedByteLength(weight),
    scaleBlock: [1, scaleLength] as const,
    ...(zeroPoints !== undefined && { zeroPoints: true }),
  };
  const made = { ...weight, info };
  weights.byName.set(name, made);
  if (known === undefined) weights.byData.set(data.name, made);
  return made;
}

function isScale(tensor: StoredTensor | undefined): tensor is StoredTensor {
  return tensor !== undefined && (tensor.dataType === Onnx.FLOAT || isHalf(tensor.dataType));
}

function elementCount({ shape }: StoredTensor): number {
  return shape.reduce((product, size) => product * size, 1);
}
