import { type ByteSource, InvalidFileError, UnsupportedError } from '@llamella/spec';
import { TensorProto_DataType as Onnx, type TensorProto, TensorProto_DataLocation } from 'onnx-buf';
import { elementType, elementTypeName } from './element-types.ts';
import { isInnerPath } from './inner-path.ts';

/** A constant of a graph, with its bytes where they lie. */
export interface StoredTensor {
  readonly name: string;
  /** As in `TensorProto.DataType`. */
  readonly dataType: number;
  readonly shape: readonly number[];
  readonly byteLength: number;
  /** Its bytes, where it is small enough to be looked at. */
  readonly bytes?: Uint8Array;
  /** Reads its bytes; they may belong to the graph and must not be changed. */
  read(signal?: AbortSignal): Promise<Uint8Array>;
}

/** Opens a file of external data by the name that the graph has for it. */
export type OpenExternal = (location: string) => Promise<ByteSource>;

/** Constants of up to so many bytes are read when the graph is. */
const SMALL = 1024;

/**
 * Describes a constant and checks its place: types and sizes agree, and external data lies inside a file of the folder.
 *
 * @throws {InvalidFileError} when they do not
 * @throws {UnsupportedError} for constants that are no numbers
 */
export async function storedTensor(
  proto: TensorProto,
  file: string,
  openExternal: OpenExternal,
): Promise<StoredTensor> {
  const { name, dataType } = proto;
  const problem = (text: string) => new InvalidFileError({ file }, `constant ${name}: ${text}`);
  const element = elementType(dataType);
  if (element === undefined) {
    throw new UnsupportedError(
      `${file}: constant ${name} of type ${elementTypeName(dataType)}`,
      'use a graph of numbers',
    );
  }
  const shape = proto.dims.map(Number);
  const elements = shape.reduce((product, size) => product * size, 1);
  if (shape.some((size) => size < 0) || !Number.isSafeInteger(elements * 16)) {
    throw problem(`[${shape}] is no shape`);
  }
  const byteLength = Math.ceil((elements * element.bits) / 8);
  const common = { name, dataType, shape, byteLength };
  if (proto.dataLocation !== TensorProto_DataLocation.EXTERNAL) {
    const bytes = tensorBytes(proto);
    if (bytes.byteLength !== byteLength) {
      throw problem(`has ${bytes.byteLength} bytes where its shape [${shape}] needs ${byteLength}`);
    }
    return { ...common, ...(byteLength <= SMALL && { bytes }), read: async () => bytes };
  }
  const { location, offset, source } = await externalPlace(proto, byteLength, problem, openExternal);
  const read = async (signal?: AbortSignal) => {
    const bytes = await source.read(offset, byteLength, signal);
    if (bytes.byteLength === byteLength) return bytes;
    throw new InvalidFileError({ file: location, offset }, `constant ${name} could not be read whole`);
  };
  return { ...common, ...(byteLength <= SMALL && { bytes: await read() }), read };
}

async function externalPlace(
  proto: TensorProto,
  byteLength: number,
  problem: (text: string) => InvalidFileError,
  openExternal: OpenExternal,
) {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key ?? '', value ?? '']));
  const location = entries.get('location') ?? '';
  if (!isInnerPath(location)) {
    throw problem(`its data is said to lie in ${JSON.stringify(location)}, outside of the folder`);
  }
  const number = (key: string, otherwise: number) => {
    const text = entries.get(key);
    if (text === undefined || text === '') return otherwise;
    if (/^\d{1,15}$/.test(text)) return Number(text);
    throw problem(`the ${key} of its external data is ${JSON.stringify(text)}, no number of bytes`);
  };
  const offset = number('offset', 0);
  const length = number('length', byteLength);
  if (length !== byteLength) {
    throw problem(`has ${length} bytes of external data where its shape needs ${byteLength}`);
  }
  const source = await openExternal(location);
  if (offset + byteLength > source.size) {
    throw problem(`needs bytes ${offset} to ${offset + byteLength} of ${location}, which has ${source.size}`);
  }
  return { location, offset, source };
}

/** Bytes of a tensor that lies in the protobuf: raw, or one number per field entry. */
export function tensorBytes(proto: TensorProto): Uint8Array {
  if (proto.rawData.byteLength > 0) return proto.rawData;
  switch (proto.dataType) {
    case Onnx.FLOAT:
      return bytesOf(Float32Array.from(proto.floatData));
    case Onnx.DOUBLE:
      return bytesOf(Float64Array.from(proto.doubleData));
    case Onnx.INT64:
      return bytesOf(BigInt64Array.from(proto.int64Data));
    case Onnx.UINT64:
      return bytesOf(BigUint64Array.from(proto.uint64Data));
    case Onnx.UINT32:
      return bytesOf(Uint32Array.from(proto.uint64Data, Number));
    case Onnx.INT32:
      return bytesOf(Int32Array.from(proto.int32Data));
    default:
      return elementType(proto.dataType)?.bits === 16
        ? bytesOf(Uint16Array.from(proto.int32Data))
        : Uint8Array.from(proto.int32Data);
  }
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
