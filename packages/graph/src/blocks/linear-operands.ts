import { InvalidFileError } from '@llamella/spec';
import { type GraphContext, requireVector } from '../graph-context.ts';
import { vectorFidelity } from '../linear-form.ts';
import { writeOnce } from './block-sums.ts';
import type { LinearLayer } from './linear.ts';

/** Names of what a layer can have beside `X.weight`. */
function beside(weight: string, what: 'bias' | 'pre_quant_scale'): string {
  return weight.replace(/\.weight$/, `.${what}`);
}

/** Whether several tensors read one input as it is or in one order, and have a bias each or none. */
export function sameInput({ tensors }: GraphContext, layer: LinearLayer): boolean {
  const names = layer.tensors.map(({ name }) => name);
  if (names.length > 1 && names.some((name) => tensors.has(beside(name, 'pre_quant_scale')))) return false;
  const biases = names.filter((name) => tensors.has(beside(name, 'bias')));
  const orders = names.map((name) => tensors.get(name)?.inputOrder);
  return (biases.length === 0 || biases.length === names.length) && orders.every(equals(orders[0]));
}

function equals(order: Uint32Array | undefined) {
  return (other: Uint32Array | undefined) =>
    other === order ||
    (other?.length === order?.length && other?.every((value, at) => value === order![at]) === true);
}

/**
 * Writes what is done to a layer's input: the product with `X.pre_quant_scale`, then, where columns are stored in
 * another order, a `Gather` along the last axis.
 *
 * @param ordered whether the weights keep the order in which they are stored
 * @returns the name of the input that the stored weights are multiplied with
 */
export function layerInput(
  context: GraphContext,
  layer: LinearLayer,
  input: string,
  ordered: boolean,
): string {
  const { table, writer, fidelity, profile, tensors } = context;
  const { name } = layer.tensors[0]!;
  const scale = beside(name, 'pre_quant_scale');
  let operand = input;
  if (tensors.has(scale)) {
    requireVector(context, scale, layer.inputs);
    operand = `${input}.times.${scale}`;
    table.packed(scale, profile.floatType, [layer.inputs], { kind: 'decode', tensors: [scale] });
    writer.node('Mul', [input, scale], [operand]);
    fidelity.push(vectorFidelity(context, scale, 'Mul'));
  }
  const order = tensors.get(name)?.inputOrder;
  if (order === undefined || !ordered) return operand;
  checkPermutation(context, name, order, layer.inputs);
  const indices = table.integers(`${name}.input_order`, new Int32Array(order));
  const source = operand;
  return writeOnce(context, `${source}.in.${indices}`, () =>
    writer.node('Gather', [source, indices], [`${source}.in.${indices}`], { axis: -1 }),
  );
}

function checkPermutation(context: GraphContext, name: string, order: Uint32Array, inputs: number): void {
  const seen = new Uint8Array(inputs);
  for (const place of order) seen[place] = 1;
  if (order.length === inputs && seen.every((mark) => mark === 1)) return;
  throw new InvalidFileError(
    { file: context.name },
    `tensor ${name} gives no order of all of its ${inputs} inputs`,
  );
}

/** The biases of a layer, one after the other, as a constant. @returns its name, or `undefined` without biases */
export function layerBiases(context: GraphContext, layer: LinearLayer, output: string): string | undefined {
  const named = layer.tensors.map(({ name, outputs }) => ({ name: beside(name, 'bias'), outputs }));
  if (!context.tensors.has(named[0]!.name)) return undefined;
  for (const { name, outputs } of named) {
    requireVector(context, name, outputs);
    context.fidelity.push(vectorFidelity(context, name, 'bias'));
  }
  const outputs = named.reduce((sum, tensor) => sum + tensor.outputs, 0);
  context.table.packed(`${output}.bias`, context.profile.floatType, [outputs], {
    kind: 'decode',
    tensors: named.map(({ name }) => name),
  });
  return `${output}.bias`;
}
