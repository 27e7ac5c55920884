import { AttributeProto_AttributeType, type NodeProto } from 'onnx-buf';

/** An integer attribute, or `otherwise`. */
export function integerAttribute(node: NodeProto, name: string, otherwise: number): number {
  const found = node.attribute.find((each) => each.name === name);
  return found === undefined ? otherwise : Number(found.i);
}

/** A text attribute, or `''`. */
export function textAttribute(node: NodeProto, name: string): string {
  const found = node.attribute.find((each) => each.name === name);
  return found === undefined ? '' : new TextDecoder().decode(found.s);
}

/** A float attribute, or `undefined`. */
export function floatAttribute(node: NodeProto, name: string): number | undefined {
  const found = node.attribute.find((each) => each.name === name);
  return found?.type === AttributeProto_AttributeType.FLOAT ? found.f : undefined;
}

/** What errors call a node. */
export function describeNode(node: NodeProto): string {
  return `node ${node.name === '' ? node.output[0] : node.name} (${node.opType})`;
}
