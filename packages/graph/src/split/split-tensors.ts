import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type GraphPlan, InvalidArgumentError, UnsupportedError } from '@llamella/spec';
import { ModelProtoSchema, type NodeProto, type TensorProto } from 'onnx-buf';
import { readValues } from '../genai/subgraphs.ts';
import { ConstantParts, type ExternalConstant, type Range } from './constant-parts.ts';
import { type LargeNode, largeNode } from './large-node.ts';
import { NodeList } from './node-list.ts';
import { splitLookup } from './split-lookup.ts';
import { splitProduct } from './split-product.ts';
import { withoutTransposes } from './without-transposes.ts';

/** Outputs of a part are a multiple of this, where a limit allows it: kernels compute them in tiles. */
const TILE = 32;

/**
 * Cuts constants that are larger than a limit into ranges of their outputs: a product becomes several that are joined, a
 * lookup one in each range.
 *
 * @param name what errors call the model
 * @throws {InvalidArgumentError} when the limit is no number of bytes
 * @throws {UnsupportedError} for a larger constant that cannot be cut
 */
export function splitTensors(
  plan: GraphPlan,
  maximumTensorBytes: number | undefined,
  name: string,
): GraphPlan {
  if (maximumTensorBytes === undefined) return plan;
  if (!(maximumTensorBytes >= 1)) {
    throw new InvalidArgumentError(
      'maximumTensorBytes',
      `must be a number above 0, got ${maximumTensorBytes}`,
    );
  }
  const model = fromBinary(ModelProtoSchema, plan.model);
  const graph = model.graph!;
  const isLarge = (tensor: TensorProto) => byteLengthOf(tensor) > maximumTensorBytes;
  if (!graph.initializer.some(isLarge)) return plan;
  const constants = new ConstantParts(plan, graph.initializer);
  const list = new NodeList(graph, plan.interface.tokenType);
  for (const node of withoutTransposes(graph.node, graph.initializer, isLarge)) {
    const large = [...readValues(node)]
      .map((value) => constants.get(value))
      .filter((each) => each !== undefined)
      .filter(({ initializer }) => initializer.byteLength > maximumTensorBytes);
    if (large.length === 0) {
      list.keep(node);
      continue;
    }
    const found = largeNode(constants, node);
    if (found === undefined) throw cannot(name, large[0]!, `a node ${node.opType} reads it`);
    const ranges = rangesOf(found, maximumTensorBytes);
    if (ranges === undefined) {
      throw cannot(name, large[0]!, `one row of it is larger than ${maximumTensorBytes} bytes`);
    }
    if (found.kind === 'lookup') splitLookup(list, constants, node, found, ranges);
    else splitProduct(list, constants, node, found, ranges);
  }
  const read = new Set(list.nodes.flatMap((node: NodeProto) => [...readValues(node)]));
  const { table, tensors } = constants.finish(read);
  const left = tensors.find(isLarge);
  if (left !== undefined) {
    throw new UnsupportedError(
      `${name}: a constant of ${byteLengthOf(left)} bytes (${left.name})`,
      'it is no matrix of weights that could be split; use another device',
    );
  }
  graph.node = list.nodes;
  graph.initializer = [...tensors, ...list.constants];
  return {
    ...plan,
    model: toBinary(ModelProtoSchema, model),
    initializers: table.initializers,
    offsets: table.offsets,
    externalByteLength: table.byteLength,
  };
}

function byteLengthOf({ externalData, rawData }: TensorProto): number {
  return Number(externalData.find(({ key }) => key === 'length')?.value ?? rawData?.byteLength ?? 0);
}

function rangesOf({ outputs, parts }: LargeNode, maximumTensorBytes: number): Range[] | undefined {
  const largest = Math.max(...parts.map(({ initializer }) => initializer.byteLength));
  const most = Math.floor(maximumTensorBytes / (largest / outputs));
  if (most < 1) return undefined;
  const even = Math.ceil(outputs / Math.ceil(outputs / most));
  const size = most < TILE ? even : Math.min(Math.ceil(even / TILE), Math.floor(most / TILE)) * TILE;
  const count = Math.ceil(outputs / size);
  return Array.from({ length: count }, (_, at) => [at * size, Math.min((at + 1) * size, outputs)] as const);
}

function cannot(name: string, { tensor, initializer }: ExternalConstant, reason: string): UnsupportedError {
  const what = `${name}: a constant of ${initializer.byteLength} bytes (${tensor.name})`;
  // What is computed grows with the context.
  if ('data' in initializer.source) return new UnsupportedError(what, 'pass a smaller contextLength');
  return new UnsupportedError(
    what,
    `it cannot be split, since ${reason}; use weights of fewer bits, or another device`,
  );
}
