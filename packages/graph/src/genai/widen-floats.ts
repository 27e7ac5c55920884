import { UnsupportedError } from '@llamella/spec';
import {
  type GraphProto,
  type NodeProto,
  TensorProto_DataType as Onnx,
  type TensorProto,
  TensorProto_DataLocation,
  type ValueInfoProto,
} from 'onnx-buf';
import { isHalf, toFloats } from './element-types.ts';
import { describeNode } from './node-attributes.ts';
import { tensorBytes } from './stored-tensor.ts';
import { subgraphs } from './subgraphs.ts';

/** Attributes that name the type of a node's output. */
const typeAttributes = new Set(['to', 'dtype', 'output_dtype']);

/**
 * Turns the 16-bit numbers of a node into float32: constants in its attributes, the types that it converts to, and its
 * subgraphs.
 *
 * @throws {UnsupportedError} when an attribute has its constant in another file
 */
export function widenNode(node: NodeProto, file: string): void {
  for (const attribute of node.attribute) {
    if (typeAttributes.has(attribute.name) && isHalf(Number(attribute.i))) attribute.i = BigInt(Onnx.FLOAT);
    for (const tensor of [...(attribute.t === undefined ? [] : [attribute.t]), ...attribute.tensors]) {
      widenTensor(tensor, `${file}: ${describeNode(node)}`);
    }
  }
  for (const graph of subgraphs(node)) widenSubgraph(graph, file);
}

function widenSubgraph(graph: GraphProto, file: string): void {
  graph.valueInfo = [];
  for (const value of [...graph.input, ...graph.output]) widenValue(value);
  for (const tensor of graph.initializer) widenTensor(tensor, `${file}: subgraph ${graph.name}`);
  for (const node of graph.node) widenNode(node, file);
}

/** Declares float32 where a value was declared as a 16-bit number. */
function widenValue(value: ValueInfoProto): void {
  const type = value.type?.value;
  if (type?.case === 'tensorType' && isHalf(type.value.elemType)) type.value.elemType = Onnx.FLOAT;
}

function widenTensor(tensor: TensorProto, where: string): void {
  if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    throw new UnsupportedError(
      `${where} with a constant in another file`,
      'keep constants of attributes in the graph',
    );
  }
  if (!isHalf(tensor.dataType)) return;
  tensor.rawData = new Uint8Array(toFloats(tensor.dataType, tensorBytes(tensor))!.buffer);
  tensor.int32Data = [];
  tensor.dataType = Onnx.FLOAT;
}
