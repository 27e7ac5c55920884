import { InvalidFileError, type ModelConfig, type TensorFidelity, type TensorInfo } from '@llamella/spec';
import type { InitializerTable } from './initializer-table.ts';
import type { OnnxWriter } from './onnx/onnx-writer.ts';
import type { Profile } from './profiles/profile.ts';

/** What the pieces of a graph are written with. */
export interface GraphContext {
  /** What errors call the checkpoint. */
  readonly name: string;
  readonly config: ModelConfig;
  readonly profile: Profile;
  readonly contextLength: number;
  readonly writer: OnnxWriter;
  readonly table: InitializerTable;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly fidelity: TensorFidelity[];
}

/** A tensor that the architecture needs, in the shape it needs. @throws {InvalidFileError} otherwise */
export function requireTensor(context: GraphContext, name: string, shape: readonly number[]): TensorInfo {
  const tensor = context.tensors.get(name);
  if (tensor === undefined) {
    throw new InvalidFileError(
      { file: context.name },
      `tensor ${name} is missing, which ${context.config.architecture} needs`,
    );
  }
  if (tensor.shape.length !== shape.length || tensor.shape.some((size, axis) => size !== shape[axis])) {
    throw new InvalidFileError(
      { file: context.name },
      `tensor ${name} has shape [${tensor.shape.join(', ')}] where its configuration needs [${shape.join(', ')}]`,
    );
  }
  return tensor;
}
