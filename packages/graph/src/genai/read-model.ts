import { fromBinary } from '@bufbuild/protobuf';
import { InvalidFileError, UnsupportedError } from '@llamella/spec';
import { type GraphProto, type ModelProto, ModelProtoSchema } from 'onnx-buf';
import { checkWire } from './check-wire.ts';

/** Protobuf's own limit. */
const MOST_BYTES = 2 ** 31 - 1;

/** A parsed model, which has a graph. */
export type OnnxModel = ModelProto & { graph: GraphProto };

/**
 * Parses a serialized ModelProto. Fields that the schema does not know are kept.
 *
 * @throws {InvalidFileError} when the bytes are no ONNX model
 * @throws {UnsupportedError} for functions and sparse constants
 */
export function readModel(bytes: Uint8Array, file: string): OnnxModel {
  if (bytes.byteLength > MOST_BYTES) {
    throw new InvalidFileError({ file }, 'is larger than 2 GB, which no ONNX graph can be');
  }
  checkWire(ModelProtoSchema, bytes, file);
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw new InvalidFileError({ file }, `is no ONNX graph: ${(cause as Error).message}`, { cause });
  }
  const { graph } = model;
  if (graph === undefined || graph.node.length === 0) {
    throw new InvalidFileError({ file }, 'is no ONNX graph: it has no nodes');
  }
  if (model.functions.length > 0) {
    throw new UnsupportedError(`${file}: functions in a graph`, 'export it with functions inlined');
  }
  if (graph.sparseInitializer.length > 0) {
    throw new UnsupportedError(`${file}: sparse constants`, 'export it with dense constants');
  }
  return model as OnnxModel;
}
