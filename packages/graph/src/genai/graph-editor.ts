import { create } from '@bufbuild/protobuf';
import { InvalidFileError } from '@llamella/spec';
import { type GraphProto, type NodeProto, NodeProtoSchema, TensorProto_DataType } from 'onnx-buf';
import { type AttributeValue, attribute } from '../onnx/onnx-writer.ts';

import { type StoredTensor, tensorBytes } from './stored-tensor.ts';
import { readValues, renameReads } from './subgraphs.ts';

/** A constant small enough to be looked at. */
export interface SmallConstant {
  readonly dataType: number;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/**
 * The nodes of a foreign graph, for rewriting: who makes a value, who reads it, in any order. `liveNodes` puts them in
 * order again and leaves out what no output needs.
 */
export class GraphEditor {
  readonly file: string;
  readonly initializers: Map<string, StoredTensor>;
  readonly inputs: Set<string>;
  /** Names of constants that are not the folder's. */
  readonly made = new Set<string>();
  readonly #nodes = new Set<NodeProto>();
  readonly #producers = new Map<string, NodeProto>();
  readonly #readers = new Map<string, Set<NodeProto>>();

  /** Takes the nodes over. @throws {InvalidFileError} when two of them make the same value */
  constructor(graph: GraphProto, initializers: ReadonlyMap<string, StoredTensor>, file: string) {
    this.file = file;
    this.initializers = new Map(initializers);
    this.inputs = new Set(graph.input.map(({ name }) => name).filter((name) => !initializers.has(name)));
    for (const node of graph.node) this.add(node);
  }

  get nodes(): ReadonlySet<NodeProto> {
    return this.#nodes;
  }

  producer(value: string): NodeProto | undefined {
    return this.#producers.get(value);
  }

  /** Nodes that read a value, also those that have a subgraph that does. */
  readers(value: string): readonly NodeProto[] {
    return [...(this.#readers.get(value) ?? [])];
  }

  add(node: NodeProto): void {
    for (const output of node.output) {
      if (output === '') continue;
      if (this.#producers.has(output) || this.inputs.has(output) || this.initializers.has(output)) {
        throw new InvalidFileError({ file: this.file }, `value ${output} is made more than once`);
      }
      this.#producers.set(output, node);
    }
    this.#nodes.add(node);
    for (const value of readValues(node)) this.#reader(value).add(node);
  }

  remove(node: NodeProto): void {
    this.#nodes.delete(node);
    for (const output of node.output) this.#producers.delete(output);
    for (const value of readValues(node)) this.#readers.get(value)?.delete(node);
  }

  /** Adds a node; its name is made from its first output. */
  insert(
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    domain = '',
  ): void {
    const list = Object.entries(attributes).map(([key, value]) => attribute(key, value));
    const name = `/${outputs[0]}/${operator}`;
    const node = {
      opType: operator,
      name,
      domain,
      input: [...inputs],
      output: [...outputs],
      attribute: list,
    };
    this.add(create(NodeProtoSchema, node));
  }

  /** Adds a constant of int64 numbers; shape `[count]` unless given. */
  integers64(name: string, values: readonly number[], shape: readonly number[] = [values.length]): void {
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    const { byteLength } = bytes;
    const read = async () => bytes;
    this.initializers.set(name, {
      name,
      dataType: TensorProto_DataType.INT64,
      shape,
      byteLength,
      bytes,
      read,
    });
  }

  /** Changes a node in place. */
  change(node: NodeProto, apply: () => void): void {
    this.remove(node);
    apply();
    this.add(node);
  }

  /** Makes every reader of one value read another. */
  redirect(from: string, to: string, readers: readonly NodeProto[] = this.readers(from)): void {
    for (const node of readers) this.change(node, () => renameReads(node, from, to));
  }

  /** Gives a value another name, everywhere. */
  rename(from: string, to: string): void {
    if (from === to) return;
    const stored = this.initializers.get(from);
    const producer = this.#producers.get(from);
    if (this.inputs.delete(from)) this.inputs.add(to);
    if (stored !== undefined) {
      this.initializers.delete(from);
      this.initializers.set(to, stored);
    }
    if (producer !== undefined) {
      this.change(producer, () => {
        producer.output = producer.output.map((name) => (name === from ? to : name));
      });
    }
    this.redirect(from, to);
  }

  has(value: string): boolean {
    const constant = this.initializers.has(value) || this.made.has(value);
    return constant || this.inputs.has(value) || this.#producers.has(value);
  }

  /** A name that no value has yet. */
  unused(name: string): string {
    let free = name;
    for (let count = 1; this.has(free); count++) free = `${name}.${count}`;
    return free;
  }

  /** A constant, of the graph or of a `Constant` node, where it is small; `undefined` for other values. */
  constant(value: string): SmallConstant | undefined {
    const stored = this.initializers.get(value);
    if (stored?.bytes !== undefined) return { ...stored, bytes: stored.bytes };
    const node = this.#producers.get(value);
    if (node?.opType !== 'Constant') return undefined;
    const tensor = node.attribute.find(({ name }) => name === 'value')?.t;
    if (tensor === undefined) return undefined;
    return { dataType: tensor.dataType, shape: tensor.dims.map(Number), bytes: tensorBytes(tensor) };
  }

  /** Whether a value is the same in every run. */
  isConstant(value: string): boolean {
    return this.initializers.has(value) || this.#producers.get(value)?.opType === 'Constant';
  }

  /** Whole numbers of a constant, or `undefined` for other values and types. */
  integers(value: string): number[] | undefined {
    const constant = this.constant(value);
    if (constant === undefined) return undefined;
    const copy = new Uint8Array(constant.bytes);
    if (constant.dataType === TensorProto_DataType.INT64 && copy.byteLength % 8 === 0) {
      return [...new BigInt64Array(copy.buffer)].map(Number);
    }
    if (constant.dataType === TensorProto_DataType.INT32 && copy.byteLength % 4 === 0) {
      return [...new Int32Array(copy.buffer)];
    }
    return undefined;
  }

  /**
   * The nodes that `outputs` need, each after those whose values it reads.
   *
   * @throws {InvalidFileError} when nodes read values that nothing makes, or each other's in a circle
   */
  liveNodes(outputs: readonly string[]): NodeProto[] {
    const order: NodeProto[] = [];
    const state = new Map<NodeProto, 'open' | 'done'>();
    const stack: NodeProto[] = [];
    const need = (value: string, reader: string) => {
      const node = this.#producers.get(value);
      if (node === undefined) {
        if (value === '' || this.has(value)) return;
        throw new InvalidFileError({ file: this.file }, `${reader} reads ${value}, which nothing makes`);
      }
      if (state.get(node) === 'open') {
        throw new InvalidFileError({ file: this.file }, `node ${node.name} depends on itself`);
      }
      if (!state.has(node)) stack.push(node);
    };
    for (const output of outputs) {
      need(output, 'an output');
      while (stack.length > 0) {
        const node = stack.at(-1)!;
        if (state.has(node)) {
          stack.pop();
          if (state.get(node) === 'open') order.push(node);
          state.set(node, 'done');
          continue;
        }
        state.set(node, 'open');
        for (const value of readValues(node)) need(value, `node ${node.name}`);
      }
    }
    return order;
  }

  #reader(value: string): Set<NodeProto> {
    const readers = this.#readers.get(value) ?? new Set();
    this.#readers.set(value, readers);
    return readers;
  }
}
