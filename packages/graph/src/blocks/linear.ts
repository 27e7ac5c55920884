import { InvalidFileError, type PackGrid, UnsupportedError } from '@llamella/spec';
import { type GraphContext, requireTensor } from '../graph-context.ts';
import {
  fidelityOf,
  foldedDigits,
  GGML_BLOCK_SIZE,
  inFloatType,
  type LinearForm,
  type MinimumForm,
} from '../linear-form.ts';
import type { LinearRole } from '../profiles/profile.ts';
import { scaledTypes } from '../profiles/scaled-form.ts';
import { blockSums, withBlockSums } from './block-sums.ts';
import { layerBiases, layerInput, sameInput } from './linear-operands.ts';
import { writeTiles } from './linear-tiles.ts';

/** One weight matrix `[outputs, inputs]`, or several that read the same input, stacked along their outputs. */
export interface LinearLayer {
  readonly tensors: readonly { readonly name: string; readonly outputs: number }[];
  readonly inputs: number;
  readonly role: LinearRole;
}

/** The form in which one tensor is multiplied. @throws {UnsupportedError} when the backend has none for its type */
export function linearFormOf(
  context: GraphContext,
  name: string,
  shape: readonly number[],
  role: LinearRole,
): LinearForm {
  const tensor = requireTensor(context, name, shape);
  const { type } = tensor;
  const form = context.profile.linearForm(type, role, tensor);
  if (form === undefined) {
    throw new UnsupportedError(
      `${context.name}: tensor ${name} of type ${type} on ${context.profile.name}`,
      `use a file with weights of type ${context.profile.types.join(', ')}`,
    );
  }
  const width = shape.at(-1)!;
  if (form.kind === 'blocks' && width % GGML_BLOCK_SIZE !== 0 && !scaledTypes.includes(type)) {
    throw new InvalidFileError(
      { file: context.name },
      `tensor ${name} of type ${type} has rows of ${width}, which is no multiple of ${GGML_BLOCK_SIZE}`,
    );
  }
  return form;
}

/**
 * Whether the tensors of a layer can be one product: stored and multiplied alike, with a bias each or none, and reading
 * the same input, in the same order and without scales of their own.
 *
 * @throws {UnsupportedError} when the backend has no form for one of them
 */
export function canStack(context: GraphContext, layer: LinearLayer): boolean {
  const kinds = layer.tensors.map(({ name, outputs }) => {
    const form = linearFormOf(context, name, [outputs, layer.inputs], layer.role);
    return JSON.stringify([context.tensors.get(name)!.type, form]);
  });
  return kinds.every((kind) => kind === kinds[0]) && sameInput(context, layer);
}

/**
 * Writes `output = input x weights^T`, and what the checkpoint has beside the weights `X.weight`: the input multiplied
 * with `X.pre_quant_scale` and put in the order of the stored columns, the output with `X.bias` added.
 *
 * @param input of the profile's float type, `[1, tokens, inputs]`
 */
export function linear(context: GraphContext, layer: LinearLayer, input: string, output: string): void {
  if (layer.tensors.length > 1 && !canStack(context, layer)) {
    throw new TypeError(`${layer.tensors.map(({ name }) => name).join(', ')} cannot be stacked`);
  }
  const forms = layer.tensors.map(({ name, outputs }) =>
    linearFormOf(context, name, [outputs, layer.inputs], layer.role),
  );
  const form = forms[0]!;
  const names = layer.tensors.map(({ name }) => name);
  const outputs = layer.tensors.reduce((sum, tensor) => sum + tensor.outputs, 0);
  for (const name of names) context.fidelity.push(inFloatType(context, fidelityOf(name, form), form));
  const operand = layerInput(context, layer, input, form.kind === 'blocks');
  const bias = layerBiases(context, layer, output);
  if (form.kind === 'tiles') {
    writeTiles(context, { names, outputs, inputs: layer.inputs, digits: form.digits, bias }, operand, output);
    return;
  }
  if (form.kind === 'float') {
    const weight = `${output}.weight`;
    context.table.packed(weight, context.profile.floatType, [outputs, layer.inputs], {
      kind: 'decode',
      tensors: names,
    });
    const product = bias === undefined ? output : `${output}.product`;
    context.writer.contribNode('FusedMatMul', [operand, weight], [product], { transB: 1 });
    if (bias !== undefined) context.writer.node('Add', [product, bias], [output]);
    return;
  }
  writeBlocks(context, { form, names, outputs, inputs: layer.inputs, bias }, operand, output);
}

interface BlockProduct {
  readonly form: Extract<LinearForm, { kind: 'blocks' }>;
  readonly names: readonly string[];
  readonly outputs: number;
  readonly inputs: number;
  readonly bias: string | undefined;
}

function writeBlocks(context: GraphContext, product: BlockProduct, input: string, output: string): void {
  const { form, names, outputs, inputs, bias } = product;
  const { profile, table, writer } = context;
  const { bits, blockSize, scaleLength, minimums } = form;
  const sumCount = inputs / scaleLength;
  const folded = minimums === 'folded';
  const digits = foldedDigits(bits);
  const blocks = inputs / blockSize + (folded ? Math.ceil((digits * sumCount) / blockSize) : 0);
  const grid: PackGrid = form.integers === true ? 'integers' : packGrids[minimums];
  const recipe = { tensors: names, bits, blockSize, grid };
  table.packed(`${output}.quantized`, 'uint8', [outputs, blocks, (blockSize * bits) / 8], {
    kind: 'quantized',
    ...recipe,
  });
  table.packed(`${output}.scales`, profile.floatType, [outputs, blocks], { kind: 'scales', ...recipe });
  const operands = [
    folded ? withBlockSums(context, input, sumCount, scaleLength, digits) : input,
    `${output}.quantized`,
    `${output}.scales`,
  ];
  if (folded || minimums === 'fine-grid' || form.zeroPoints === true) {
    const width = Math.ceil((blocks * bits) / 8);
    table.packed(`${output}.zero_points`, 'uint8', [outputs, width], { kind: 'zero-points', ...recipe });
    operands.push(`${output}.zero_points`);
  }
  if (bias !== undefined) {
    // Inputs 3 and 4 are the zero points and a group index.
    while (operands.length < 5) operands.push('');
    operands.push(bias);
  }
  const attributes = {
    K: folded ? inputs + digits * sumCount : inputs,
    N: outputs,
    bits,
    block_size: blockSize,
    accuracy_level: form.accuracyLevel,
  };
  if (minimums !== 'block-sums') {
    writer.contribNode('MatMulNBits', operands, [output], attributes);
    return;
  }
  const sums = blockSums(context, input, sumCount, scaleLength);
  table.packed(`${output}.minimums`, profile.floatType, [sumCount, outputs], {
    kind: 'block-minimums',
    tensors: names,
    bits,
  });
  writer.contribNode('MatMulNBits', operands, [`${output}.scaled`], attributes);
  writer.node('MatMul', [sums, `${output}.minimums`], [`${output}.shifted`]);
  writer.node('Add', [`${output}.scaled`, `${output}.shifted`], [output]);
}

const packGrids: Record<MinimumForm, PackGrid> = {
  none: 'native',
  'block-sums': 'native',
  folded: 'folded',
  'fine-grid': 'fine',
};
