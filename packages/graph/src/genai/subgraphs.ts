import type { GraphProto, NodeProto } from 'onnx-buf';

/** Graphs in the attributes of a node. */
export function subgraphs(node: NodeProto): GraphProto[] {
  return node.attribute.flatMap(({ g, graphs }) => (g === undefined ? graphs : [g, ...graphs]));
}

/** Values of the outer graph that a node or its subgraphs read. */
export function readValues(node: NodeProto): Set<string> {
  const values = new Set(node.input.filter((name) => name !== ''));
  for (const graph of subgraphs(node)) {
    const own = new Set([...graph.input, ...graph.initializer].map(({ name }) => name));
    const read = graph.output.map(({ name }) => name);
    for (const inner of graph.node) {
      for (const name of inner.output) own.add(name);
      read.push(...readValues(inner));
    }
    for (const name of read) if (!own.has(name)) values.add(name);
  }
  return values;
}

/** Makes a node and its subgraphs read another value. */
export function renameReads(node: NodeProto, from: string, to: string): void {
  node.input = node.input.map((name) => (name === from ? to : name));
  for (const graph of subgraphs(node)) {
    for (const output of graph.output) if (output.name === from) output.name = to;
    for (const inner of graph.node) renameReads(inner, from, to);
  }
}
