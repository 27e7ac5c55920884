import { create } from '@bufbuild/protobuf';
import {
  type GraphProto,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
} from 'onnx-buf';
import { type AttributeValue, attribute } from '../onnx/onnx-writer.ts';

/** Nodes of a graph in order, with small constants that are made for them. */
export class NodeList {
  readonly nodes: NodeProto[] = [];
  readonly constants: TensorProto[] = [];
  readonly #names: Set<string>;
  readonly #producers: ReadonlyMap<string, NodeProto>;
  readonly #tokenType: 'int32' | 'int64';

  constructor(graph: GraphProto, tokenType: 'int32' | 'int64') {
    this.#tokenType = tokenType;
    this.#producers = new Map(graph.node.flatMap((node) => node.output.map((output) => [output, node])));
    this.#names = new Set([
      ...this.#producers.keys(),
      ...graph.initializer.map(({ name }) => name),
      ...graph.input.map(({ name }) => name),
    ]);
  }

  keep(node: NodeProto): void {
    this.nodes.push(node);
  }

  /** Adds a node of ONNX's own operators. @returns its output */
  add(
    operator: string,
    inputs: readonly string[],
    output: string,
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string {
    const list = Object.entries(attributes).map(([key, value]) => attribute(key, value));
    const node = { opType: operator, name: `/${output}/${operator}`, input: [...inputs], output: [output] };
    this.nodes.push(create(NodeProtoSchema, { ...node, attribute: list }));
    return output;
  }

  /** Adds the node that cuts a value along its last axis. */
  split(input: string, sizes: string, output: readonly string[]): void {
    const name = `/${output[0]}/Split`;
    const axis = [attribute('axis', -1)];
    const node = { opType: 'Split', name, input: [input, sizes], output: [...output], attribute: axis };
    this.nodes.push(create(NodeProtoSchema, node));
  }

  /** A copy of a node that reads and makes something else. @returns its output */
  again(node: NodeProto, inputs: readonly string[], output: string, outputs?: number): string {
    const list = node.attribute.map((each) =>
      each.name === 'N' && outputs !== undefined ? { ...each, i: BigInt(outputs) } : each,
    );
    this.nodes.push({ ...node, name: `/${output}`, input: [...inputs], output: [output], attribute: list });
    return output;
  }

  /** Adds integers. @returns their name */
  integers(wanted: string, type: 'int32' | 'int64', values: readonly number[], isScalar = false): string {
    const name = this.unused(wanted);
    const data = type === 'int64' ? BigInt64Array.from(values, BigInt) : Int32Array.from(values);
    this.constants.push(
      create(TensorProtoSchema, {
        name,
        dataType: type === 'int64' ? TensorProto_DataType.INT64 : TensorProto_DataType.INT32,
        dims: isScalar ? [] : [BigInt(values.length)],
        rawData: new Uint8Array(data.buffer),
      }),
    );
    return name;
  }

  /** Element type of a value that rows are looked up by. */
  indexType(value: string): 'int32' | 'int64' {
    if (value === 'input_ids') return this.#tokenType;
    const cast = this.#producers.get(value)?.attribute.find(({ name }) => name === 'to');
    return Number(cast?.i) === TensorProto_DataType.INT32 ? 'int32' : 'int64';
  }

  /** A name like this one that nothing has yet, for a value to be made. */
  unused(wanted: string): string {
    let name = wanted;
    for (let number = 2; this.#names.has(name); number++) name = `${wanted}.${number}`;
    this.#names.add(name);
    return name;
  }
}
