import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type GenaiFolder, type GenaiModel, openGenai } from '@llamella/graph';
import type { ByteSource } from '@llamella/spec';
import {
  type AttributeProtoSchema,
  ModelProtoSchema,
  TensorProto_DataLocation,
  type TensorProtoSchema,
} from 'onnx-buf';

type AttributeInit = MessageInitShape<typeof AttributeProtoSchema>;
type TensorInit = MessageInitShape<typeof TensorProtoSchema>;

/** A graph to be changed before it is serialized. */
export interface GraphInit {
  readonly name: string;
  readonly input: ReturnType<typeof value>[];
  readonly output: ReturnType<typeof value>[];
  initializer: TensorInit[];
  readonly node: ReturnType<typeof node>[];
}

export const FLOAT = 1;
const INT64 = 7;

/** A configuration like the model builder's, for one layer of two heads of 16. */
export function configuration(changes: Record<string, unknown> = {}, decoder: Record<string, unknown> = {}) {
  return {
    model: {
      type: 'llama',
      bos_token_id: 1,
      eos_token_id: [2, 3],
      context_length: 64,
      vocab_size: 40,
      decoder: {
        session_options: { log_id: 'onnxruntime-genai', provider_options: [] },
        filename: 'model.onnx',
        head_size: 16,
        hidden_size: 32,
        num_attention_heads: 2,
        num_hidden_layers: 1,
        num_key_value_heads: 2,
        ...decoder,
      },
      ...changes,
    },
    search: { max_length: 64, top_k: 50, top_p: 1.0, past_present_share_buffer: true },
  };
}

export function value(name: string, elemType: number, shape: readonly (number | string)[]) {
  const dim = shape.map((size) =>
    typeof size === 'number'
      ? { value: { case: 'dimValue' as const, value: BigInt(size) } }
      : { value: { case: 'dimParam' as const, value: size } },
  );
  return { name, type: { value: { case: 'tensorType' as const, value: { elemType, shape: { dim } } } } };
}

export function node(opType: string, input: string[], output: string[], domain = '', integers = {}) {
  const attribute = Object.entries<number>(integers).map(
    ([name, i]): AttributeInit => ({ name, type: 2, i: BigInt(i) }),
  );
  return { opType, name: `/${output[0]}`, input, output, domain, attribute };
}

export function floats(name: string, dims: readonly number[]): TensorInit {
  const size = dims.reduce((product, length) => product * length, 1);
  const rawData = new Uint8Array(Float32Array.from({ length: size }, (_, at) => Math.sin(at)).buffer);
  return { name, dataType: FLOAT, dims: dims.map(BigInt), rawData };
}

/** A tensor whose bytes are said to lie in a file. */
export function external(name: string, dims: readonly number[], entries: Record<string, string>): TensorInit {
  return {
    name,
    dataType: FLOAT,
    dims: dims.map(BigInt),
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
  };
}

/** A language model of one attention operator, with everything that runtimes bind. */
export function smallGraph(): GraphInit {
  const cache = (name: string) => value(name, FLOAT, ['batch', 2, 'length', 16]);
  const projections = ['query', 'key', 'value'];
  return {
    name: 'main_graph',
    input: [
      value('input_ids', INT64, ['batch', 'tokens']),
      value('attention_mask', INT64, ['batch', 'total']),
      cache('past_key_values.0.key'),
      cache('past_key_values.0.value'),
    ],
    output: [
      value('logits', FLOAT, ['batch', 'tokens', 40]),
      cache('present.0.key'),
      cache('present.0.value'),
    ],
    initializer: [
      floats('table', [40, 32]),
      ...projections.map((name) => floats(`${name}.weight`, [32, 32])),
      floats('head.weight', [32, 40]),
      { name: 'axis', dataType: INT64, dims: [1n], int64Data: [1n] },
    ],
    node: [
      node('Gather', ['table', 'input_ids'], ['embedded']),
      ...projections.map((name) => node('MatMul', ['embedded', `${name}.weight`], [name])),
      node('ReduceSum', ['attention_mask', 'axis'], ['sum'], '', { keepdims: 0 }),
      node('Sub', ['sum', 'axis'], ['last']),
      node('Cast', ['last'], ['lengths'], '', { to: 6 }),
      node('Shape', ['attention_mask'], ['mask_shape']),
      node('Gather', ['mask_shape', 'axis'], ['total_wide']),
      node('Cast', ['total_wide'], ['total'], '', { to: 6 }),
      node(
        'GroupQueryAttention',
        [...projections, 'past_key_values.0.key', 'past_key_values.0.value', 'lengths', 'total'],
        ['attended', 'present.0.key', 'present.0.value'],
        'com.microsoft',
        { num_heads: 2, kv_num_heads: 2 },
      ),
      node('MatMul', ['attended', 'head.weight'], ['logits']),
    ],
  };
}

/** A serialized ModelProto. */
export function serialize(graph: GraphInit, opset = 21): Uint8Array {
  const opsetImport = [
    { domain: '', version: BigInt(opset) },
    { domain: 'com.microsoft', version: 1n },
  ];
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 10n, opsetImport, graph }));
}

export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.byteLength,
    read: async (offset, length) => bytes.slice(offset, offset + length),
  };
}

/** Opens a folder in memory. */
export function openSmall(
  graph: GraphInit | Uint8Array = smallGraph(),
  config: unknown = configuration(),
  files: Record<string, Uint8Array> = {},
): Promise<GenaiModel> {
  const folder: GenaiFolder = {
    name: 'folder',
    config,
    model: graph instanceof Uint8Array ? graph : serialize(graph),
    externalData: async (location) => {
      const bytes = files[location];
      if (bytes === undefined) throw new Error(`asked for ${location}`);
      return memorySource(location, bytes);
    },
  };
  return openGenai(folder);
}
