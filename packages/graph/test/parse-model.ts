import { fromBinary } from '@bufbuild/protobuf';
import { type GraphProto, ModelProtoSchema, type NodeProto, type TensorProto } from 'onnx-buf';

/** The graph of a serialized ModelProto. */
export function parseGraph(model: Uint8Array): GraphProto {
  const { graph } = fromBinary(ModelProtoSchema, model);
  if (graph === undefined) throw new Error('the model has no graph');
  return graph;
}

/** Location, offset and length of a tensor's external data. */
export function externalData(tensor: TensorProto) {
  const entries = Object.fromEntries(tensor.externalData.map(({ key, value }) => [key, value]));
  return { location: entries.location, offset: Number(entries.offset), length: Number(entries.length) };
}

/** An attribute of a node: a number, or `undefined` when the node has none of that name. */
export function attribute(node: NodeProto, name: string): number | undefined {
  const found = node.attribute.find((each) => each.name === name);
  return found && (found.type === 1 ? found.f : Number(found.i));
}
