import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { DataType } from '@llamella/spec';
import {
  AttributeProto_AttributeType,
  type AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from 'onnx-buf';
import { toHalves } from '../half-values.ts';
import type { FloatType } from '../profiles/profile.ts';

/** An attribute's value: integers are numbers, floats are wrapped, so that `1` and `1.0` stay apart. */
export type AttributeValue = number | string | readonly number[] | { readonly float: number };

/** A dimension: a size, or a name for a size that is only known at run time. */
export type Dimension = number | string;

const dataTypes: Record<DataType, TensorProto_DataType> = {
  float32: TensorProto_DataType.FLOAT,
  float16: TensorProto_DataType.FLOAT16,
  bfloat16: TensorProto_DataType.BFLOAT16,
  uint8: TensorProto_DataType.UINT8,
  int8: TensorProto_DataType.INT8,
  int32: TensorProto_DataType.INT32,
  int64: TensorProto_DataType.INT64,
};

const ONNX_IR_VERSION = 10n;
/** DequantizeLinear has WebGPU kernels only at this version, and the model builder of ONNX Runtime GenAI uses it. */
const ONNX_OPSET = 21n;

type NodeInit = MessageInitShape<typeof NodeProtoSchema>;
type TensorInit = MessageInitShape<typeof TensorProtoSchema>;
type ValueInfoInit = MessageInitShape<typeof ValueInfoProtoSchema>;
type AttributeInit = MessageInitShape<typeof AttributeProtoSchema>;

/**
 * Collects the parts of one ONNX graph and serializes them as a ModelProto.
 *
 * Format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */
export class OnnxWriter {
  readonly #nodes: NodeInit[] = [];
  readonly #initializers: TensorInit[] = [];
  readonly #inputs: ValueInfoInit[] = [];
  readonly #outputs: ValueInfoInit[] = [];
  readonly #externalFile: string;

  /** @param externalFile name that external initializers give as their location */
  constructor(externalFile: string) {
    this.#externalFile = externalFile;
  }

  /** Adds a node of ONNX's own operator set. An empty input or output name leaves that place out. */
  node(
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    domain = '',
  ): void {
    const name = `/${outputs.find((output) => output !== '')}/${operator}`;
    this.#nodes.push({
      opType: operator,
      name,
      domain,
      input: [...inputs],
      output: [...outputs],
      attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    });
  }

  /** Adds a node of ONNX Runtime's contributed operators (domain `com.microsoft`). */
  contribNode(
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): void {
    this.node(operator, inputs, outputs, attributes, 'com.microsoft');
  }

  /** Adds a conversion of a value to another type. */
  cast(input: string, output: string, type: DataType): void {
    this.node('Cast', [input], [output], { to: dataTypes[type] });
  }

  input(name: string, type: DataType, shape: readonly Dimension[]): void {
    this.#inputs.push(valueInfo(name, type, shape));
  }

  output(name: string, type: DataType, shape: readonly Dimension[]): void {
    this.#outputs.push(valueInfo(name, type, shape));
  }

  /** Adds a small int64 constant inside the protobuf. */
  int64Constant(name: string, shape: readonly number[], values: readonly number[]): void {
    const data = new BigInt64Array(values.map(BigInt));
    this.#initializers.push({
      name,
      dataType: dataTypes.int64,
      dims: shape.map(BigInt),
      rawData: new Uint8Array(data.buffer),
    });
  }

  /** Adds a scalar inside the protobuf. */
  floatConstant(name: string, type: FloatType, value: number): void {
    const values = Float32Array.of(value);
    const rawData = new Uint8Array((type === 'float16' ? toHalves(values) : values).buffer);
    this.#initializers.push({ name, dataType: dataTypes[type], dims: [], rawData });
  }

  /** Adds a uint8 scalar inside the protobuf. */
  uint8Constant(name: string, value: number): void {
    this.#initializers.push({ name, dataType: dataTypes.uint8, dims: [], rawData: Uint8Array.of(value) });
  }

  /** Adds a constant whose bytes lie in the external file. */
  external(name: string, type: DataType, shape: readonly number[], offset: number, byteLength: number): void {
    this.#initializers.push({
      name,
      dataType: dataTypes[type],
      dims: shape.map(BigInt),
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: [
        { key: 'location', value: this.#externalFile },
        { key: 'offset', value: String(offset) },
        { key: 'length', value: String(byteLength) },
      ],
    });
  }

  /** @returns the serialized ModelProto */
  finish(graphName: string): Uint8Array {
    const model = create(ModelProtoSchema, {
      irVersion: ONNX_IR_VERSION,
      producerName: 'llamella',
      opsetImport: [
        { domain: '', version: ONNX_OPSET },
        { domain: 'com.microsoft', version: 1n },
      ],
      graph: {
        name: graphName,
        node: this.#nodes,
        initializer: this.#initializers,
        input: this.#inputs,
        output: this.#outputs,
      },
    });
    return toBinary(ModelProtoSchema, model);
  }
}

export function attribute(name: string, value: AttributeValue): AttributeInit {
  if (typeof value === 'number') return { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) };
  if (typeof value === 'string') {
    return { name, type: AttributeProto_AttributeType.STRING, s: new TextEncoder().encode(value) };
  }
  if ('float' in value) return { name, type: AttributeProto_AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeProto_AttributeType.INTS, ints: value.map(BigInt) };
}

export function valueInfo(name: string, type: DataType, shape: readonly Dimension[]): ValueInfoInit {
  const dim = shape.map((size) =>
    typeof size === 'number'
      ? { value: { case: 'dimValue' as const, value: BigInt(size) } }
      : { value: { case: 'dimParam' as const, value: size } },
  );
  return {
    name,
    type: { value: { case: 'tensorType', value: { elemType: dataTypes[type], shape: { dim } } } },
  };
}
