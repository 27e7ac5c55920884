import {
  InvalidFileError,
  type ModelConfig,
  type TensorFidelity,
  type TensorInfo,
  UnsupportedError,
} from '@llamella/spec';
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
  /** Names of the tensors that nodes use so far. */
  readonly used: Set<string>;
  /** Names of values and constants that several nodes read and that are written already. */
  readonly shared: Set<string>;
  readonly fidelity: TensorFidelity[];
}

/**
 * A tensor that the architecture needs, in the shape it needs; from then on it counts as used.
 *
 * @throws {InvalidFileError} when it is missing or has another shape
 */
export function requireTensor(context: GraphContext, name: string, shape: readonly number[]): TensorInfo {
  const { tensors, config, used } = context;
  const problem = (text: string) => new InvalidFileError({ file: context.name }, `tensor ${name} ${text}`);
  const tensor = tensors.get(name);
  if (tensor === undefined) throw problem(`is missing, which ${config.architecture} needs`);
  if (tensor.shape.length !== shape.length || tensor.shape.some((size, axis) => size !== shape[axis])) {
    throw problem(
      `has shape [${tensor.shape.join(', ')}] where its configuration needs [${shape.join(', ')}]`,
    );
  }
  used.add(name);
  return tensor;
}

/**
 * A vector of numbers that the architecture needs, such as the weights of a norm or a bias.
 *
 * @throws {InvalidFileError} when it is missing or has another length
 * @throws {UnsupportedError} when it is stored in a type that holds no weights, such as F64
 */
export function requireVector(context: GraphContext, name: string, length: number): TensorInfo {
  const tensor = requireTensor(context, name, [length]);
  if (context.profile.types.includes(tensor.type)) return tensor;
  throw new UnsupportedError(
    `${context.name}: tensor ${name} of type ${tensor.type}`,
    'use a file with F32, F16 or BF16',
  );
}
