import type { TensorFidelity } from '@llamella/spec';
import type { NodeProto } from 'onnx-buf';
import { fidelityOf } from '../linear-form.ts';
import type { LinearRole, Profile } from '../profiles/profile.ts';
import { type QuantizedWeights, quantizedLookup, quantizedProduct } from './find-quantized.ts';
import type { GraphEditor } from './graph-editor.ts';
import type { PlanConstants } from './plan-constants.ts';
import type { QuantizedWeight } from './quantized-weight.ts';

/** Where products are written to. */
export interface LinearContext {
  readonly editor: GraphEditor;
  readonly profile: Profile;
  readonly weights: QuantizedWeights;
  readonly constants: PlanConstants;
  readonly fidelity: TensorFidelity[];
  /** Width of the residual stream. */
  readonly hiddenSize: number;
}

/** Writes products and lookups of quantized weights in the form that the profile wants for them. */
export function adaptLinear(context: LinearContext, nodes: readonly NodeProto[]): void {
  const { editor, weights } = context;
  for (const node of nodes) {
    const product = quantizedProduct(editor, node, weights);
    if (product !== undefined) {
      writeProduct(context, node, product.weight, product.input, product.bias);
      continue;
    }
    const lookup = quantizedLookup(editor, node, weights);
    if (lookup !== undefined) writeLookup(context, node, lookup.weight, lookup.indices);
    else if (node.opType === 'MatMulNBits') keepProduct(context, node);
  }
}

function writeProduct(
  context: LinearContext,
  node: NodeProto,
  weight: QuantizedWeight,
  input: string,
  bias: string | undefined,
): void {
  const { editor, profile, constants, fidelity } = context;
  const { outputs, inputs, bits, info } = weight;
  const [output] = node.output;
  const form = profile.linearForm(info.type, roleOf(context, node, outputs), info);
  const tensors = [info.name];
  editor.remove(node);
  if (form?.kind !== 'blocks') {
    const matrix = constants.packed('float32', [outputs, inputs], { kind: 'decode', tensors }, info.name);
    const product = bias === undefined ? output! : editor.unused(`${output}.product`);
    editor.insert('FusedMatMul', [input, matrix], [product], { transB: 1 }, 'com.microsoft');
    if (bias !== undefined) editor.insert('Add', [product, bias], [output!]);
    fidelity.push(fidelityOf(info.name, { kind: 'float' }));
    return;
  }
  const { accuracyLevel, blockSize } = form;
  const operands = [input, ...packedOperands(context, weight, blockSize)];
  if (bias !== undefined) while (operands.length < 5) operands.push('');
  if (bias !== undefined) operands.push(bias);
  const sizes = { K: inputs, N: outputs, bits, block_size: blockSize, accuracy_level: accuracyLevel };
  editor.insert('MatMulNBits', operands, [output!], sizes, 'com.microsoft');
  fidelity.push(fidelityOf(info.name, form));
}

function writeLookup(
  context: LinearContext,
  node: NodeProto,
  weight: QuantizedWeight,
  indices: string,
): void {
  const { editor, profile, constants, fidelity } = context;
  const { outputs, inputs, bits, info } = weight;
  const [output] = node.output;
  const form = profile.linearForm(info.type, 'embedding', info);
  editor.remove(node);
  if (form?.kind !== 'blocks') {
    const recipe = { kind: 'decode', tensors: [info.name] } as const;
    const table = constants.packed('float32', [outputs, inputs], recipe, info.name);
    editor.insert('Gather', [table, indices], [output!], { axis: 0 });
    fidelity.push({ tensor: info.name, kind: 'decoded', bound: 0, runsAs: 'Gather float32' });
    return;
  }
  const blockSize = form.scaleLength;
  const [codes, ...parameters] = packedOperands(context, weight, blockSize, true);
  const attributes = { bits, block_size: blockSize, gather_axis: 0, quantize_axis: 1 };
  editor.insert(
    'GatherBlockQuantized',
    [codes!, indices, ...parameters],
    [output!],
    attributes,
    'com.microsoft',
  );
  const runsAs = `GatherBlockQuantized ${bits}-bit`;
  fidelity.push({ tensor: info.name, kind: 'exact', bound: 0, runsAs });
}

/** Codes, scales and, where there are any, zero points. @param rows whether codes have no axis of their own for blocks */
function packedOperands(
  { constants }: LinearContext,
  weight: QuantizedWeight,
  blockSize: number,
  rows = false,
): string[] {
  const { outputs, inputs, bits, info } = weight;
  const blocks = inputs / blockSize;
  const recipe = { tensors: [info.name], bits, blockSize, grid: 'native' as const };
  const shape = rows ? [outputs, (inputs * bits) / 8] : [outputs, blocks, (blockSize * bits) / 8];
  const operands = [
    constants.packed('uint8', shape, { kind: 'quantized', ...recipe }, `${info.name}.codes`),
    constants.packed('float32', [outputs, blocks], { kind: 'scales', ...recipe }, `${info.name}.scales`),
  ];
  if (weight.zeroPoints === undefined) return operands;
  const width = Math.ceil((blocks * bits) / 8);
  const name = `${info.name}.zero_points`;
  operands.push(constants.packed('uint8', [outputs, width], { kind: 'zero-points', ...recipe }, name));
  return operands;
}

/** A product that runs as it is, but with the profile's treatment of activations. */
function keepProduct({ profile }: LinearContext, node: NodeProto): void {
  const form = profile.linearForm('Q4_0', 'gate-up');
  const level = BigInt(form?.kind === 'blocks' ? form.accuracyLevel : 1);
  const found = node.attribute.find(({ name }) => name === 'accuracy_level');
  if (found !== undefined) found.i = level;
}

/** What a product does, from what reads it: attention, logits, the residual stream, or something in between. */
function roleOf({ editor, hiddenSize }: LinearContext, node: NodeProto, outputs: number): LinearRole {
  const passing = new Set([
    'Add',
    'RotaryEmbedding',
    'Reshape',
    'SimplifiedLayerNormalization',
    'Split',
    'Cast',
  ]);
  let values = [node.output[0]!];
  for (let steps = 0; steps < 6 && values.length > 0; steps++) {
    if (values.includes('logits')) return 'head';
    const readers = values.flatMap((value) => editor.readers(value));
    if (readers.some(({ opType }) => opType === 'GroupQueryAttention')) return 'attention-input';
    const passed = readers.slice(0, 8).filter(({ opType }) => passing.has(opType));
    values = [...new Set(passed.flatMap(({ output }) => output.slice(0, 4)))];
  }
  const fromAttention = editor.producer(node.input[0]!)?.opType === 'GroupQueryAttention';
  if (fromAttention) return 'attention-output';
  return outputs === hiddenSize ? 'down' : 'gate-up';
}
