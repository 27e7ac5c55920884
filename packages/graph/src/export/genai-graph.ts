import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type GraphPlan, UnsupportedError } from '@llamella/spec';
import {
  AttributeProto_AttributeType,
  type GraphProto,
  ModelProtoSchema,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';

type NodeInit = MessageInitShape<typeof NodeProtoSchema>;
type Dimension = number | string;

const BATCH = 'batch_size';
const SEQUENCE = 'sequence_length';
const TOTAL = 'total_sequence_length';
const MASK = 'attention_mask';

/** Inputs of this package's graphs that the lengths in the mask take the place of. */
const lengths = ['seqlens_k', 'total_sequence_length'] as const;

/**
 * The graph of a plan with the inputs and outputs that ONNX Runtime GenAI binds, as its model builder writes them:
 *
 * | input | type | shape |
 * |---|---|---|
 * | `input_ids` | int64 | `[batch_size, sequence_length]` |
 * | `attention_mask` | int64 | `[batch_size, total_sequence_length]` |
 * | `position_ids` | int64 | `[batch_size, sequence_length]`; only where the attention operator cannot rotate |
 * | `past_key_values.{layer}.key`, `.value` | float32 | `[batch_size, keyValueHeads, past_sequence_length, headSize]` |
 *
 * Outputs: `logits` float32 `[batch_size, sequence_length, vocabulary]`, and `present.{layer}.key` and `.value`.
 *
 * Source: microsoft/onnxruntime-genai `src/python/py/models/builders/base.py`.
 *
 * @param plan of `buildGraph` with a profile whose `tokenType` is `int64`
 * @param externalFile name of the file with the initializers, as the graph refers to it
 * @throws {UnsupportedError} for a graph with inputs that GenAI does not know
 */
export function genaiGraph(plan: GraphPlan, externalFile: string): GraphPlan {
  const model = fromBinary(ModelProtoSchema, plan.model);
  const graph = model.graph!;
  graph.name = 'main_graph';
  for (const tensor of graph.initializer) moveTo(tensor, externalFile);
  const { node } = graph;
  const reads = (name: string) => node.some(({ input }) => input.includes(name));
  giveAllLogits(graph);
  if (reads('position')) rename(graph, 'position', 'position_ids');
  const length = plan.interface.totalLengthShape.length === 0 ? [] : [1];
  const constants = [
    int64('genai.one', [], 1n),
    int64('genai.axis', [1], 1n),
    int64('genai.index', length, 1n),
  ];
  graph.initializer.push(...constants);
  node.unshift(...maskNodes().map((init) => create(NodeProtoSchema, init)));
  graph.input = graph.input.flatMap((input) => convertInput(input, plan));
  graph.output = graph.output.map((output) => convertOutput(output, plan));
  return { ...plan, model: toBinary(ModelProtoSchema, model), externalFile };
}

function moveTo(tensor: TensorProto, externalFile: string): void {
  for (const entry of tensor.externalData) if (entry.key === 'location') entry.value = externalFile;
}

/** Leaves out the node that chooses rows: GenAI expects logits of every token. */
function giveAllLogits(graph: GraphProto): void {
  const index = graph.node.findIndex(({ input }) => input.includes('logit_rows'));
  const chooser = graph.node[index];
  if (chooser === undefined || chooser.opType !== 'Gather') {
    throw new UnsupportedError('a graph that does not choose rows by Gather', 'use a graph of buildGraph');
  }
  graph.node.splice(index, 1);
  rename(graph, chooser.output[0]!, chooser.input[0]!);
}

function rename(graph: GraphProto, from: string, to: string): void {
  for (const node of graph.node) node.input = node.input.map((name) => (name === from ? to : name));
}

/** Tokens in the mask, and its width. */
function maskNodes(): NodeInit[] {
  return [
    each('ReduceSum', [MASK, 'genai.axis'], 'genai.tokens', { keepdims: 0 }),
    each('Sub', ['genai.tokens', 'genai.one'], 'genai.last'),
    each('Cast', ['genai.last'], lengths[0], { to: TensorProto_DataType.INT32 }),
    each('Shape', [MASK], 'genai.shape'),
    each('Gather', ['genai.shape', 'genai.index'], 'genai.total', { axis: 0 }),
    each('Cast', ['genai.total'], lengths[1], { to: TensorProto_DataType.INT32 }),
  ];
}

function each(
  opType: string,
  input: string[],
  output: string,
  attributes: Readonly<Record<string, number>> = {},
): NodeInit {
  const attribute = Object.entries(attributes).map(([name, value]) => ({
    name,
    type: AttributeProto_AttributeType.INT,
    i: BigInt(value),
  }));
  return { name: `/model/attention_mask/${output}`, opType, input, output: [output], attribute };
}

function int64(name: string, dims: readonly number[], value: bigint): TensorProto {
  const rawData = new Uint8Array(BigInt64Array.of(value).buffer);
  return create(TensorProtoSchema, {
    name,
    dataType: TensorProto_DataType.INT64,
    dims: dims.map(BigInt),
    rawData,
  });
}

function convertInput(input: ValueInfoProto, { interface: { tokenType } }: GraphPlan): ValueInfoProto[] {
  const { name } = input;
  const { INT64 } = TensorProto_DataType;
  if (name === 'input_ids' && tokenType === 'int64') {
    return [value(name, INT64, [BATCH, SEQUENCE]), value(MASK, INT64, [BATCH, TOTAL])];
  }
  if (name === 'position') return [value('position_ids', INT64, [BATCH, SEQUENCE])];
  if (name === 'logit_rows' || lengths.some((length) => length === name)) return [];
  const cache = /^past_key_values\.\d+\.(?:key|value)$/.test(name);
  if (cache) return [withShape(input, [BATCH, undefined, 'past_sequence_length', undefined])];
  throw new UnsupportedError(`the graph's input ${name}`, 'ONNX Runtime GenAI does not know it');
}

function convertOutput(output: ValueInfoProto, { interface: shape }: GraphPlan): ValueInfoProto {
  if (output.name === 'logits') return withShape(output, [BATCH, SEQUENCE, shape.vocabularySize]);
  return withShape(output, [BATCH, undefined, TOTAL, undefined]);
}

/** The same with other dimensions, `undefined` where they stay. */
function withShape(info: ValueInfoProto, shape: readonly (Dimension | undefined)[]): ValueInfoProto {
  const type = info.type?.value;
  if (type?.case !== 'tensorType') throw new TypeError(`${info.name} is no tensor`);
  const old = type.value.shape?.dim ?? [];
  const dimensions = shape.map((size, axis) => size ?? Number(old[axis]?.value.value));
  return value(info.name, type.value.elemType, dimensions);
}

function value(name: string, elemType: number, shape: readonly Dimension[]): ValueInfoProto {
  const dim = shape.map((size) =>
    typeof size === 'number'
      ? { value: { case: 'dimValue' as const, value: BigInt(size) } }
      : { value: { case: 'dimParam' as const, value: size } },
  );
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType, shape: { dim } } } },
  });
}
