import { basename } from 'node:path';
import type { Profile } from '@llamella/graph';
import {
  type GraphPlan,
  LlamellaError,
  type ModelConfig,
  type OnProgress,
  type TensorFidelity,
  type TensorInfo,
} from '@llamella/spec';
import { chooseDevice, type DeviceChoice, profileFor } from './device-profile.ts';
import { measureErrors, withMeasured } from './measure-errors.ts';
import { openModel } from './open-model.ts';
import type { OpenedModel } from './opened-model.ts';

/** For which device and form `fidelity` is reported. */
export interface InspectOptions {
  /** Default `auto`. */
  readonly device?: DeviceChoice;
  /** As for `loadModel`. Default `false`. */
  readonly exact?: boolean;
  /** Reads and packs the tensors that are put on another grid, and measures by how much their weights change. Default `false`. */
  readonly measure?: boolean;
  /** Stops the reading; it then rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
  /** Phases `download` and `verify` of a model that is not in the cache, `pack` with `measure`. */
  readonly onProgress?: OnProgress;
}

/** What a model is, and how each of its tensors would run. */
export interface ModelReport {
  /** The model's own name, or its file's. */
  readonly name: string;
  /** Paths, in order. */
  readonly files: readonly string[];
  /** Container that the weights lie in: `gguf`, `safetensors` or `genai`. */
  readonly format: string;
  /** Execution provider that `fidelity` is about. */
  readonly device: string;
  /** Shape of the model. */
  readonly config: ModelConfig;
  /** Every tensor of the files, in their order. */
  readonly tensors: readonly TensorInfo[];
  /** How closely the values of each tensor survive on the device. */
  readonly fidelity: readonly TensorFidelity[];
  /** Why the model cannot run here, if tensors are stored in a type that cannot be multiplied; then `fidelity` is empty. */
  readonly problem?: string;
  /** What of the checkpoint is not computed, such as the quantization of activations: sentences for people, often none. */
  readonly notes: readonly string[];
  /** Bytes of tensor data in the files. */
  readonly weightBytes: number;
  /** Number of weights. */
  readonly parameters: number;
}

/**
 * Describes a model without loading it: reads its header only, unless it is asked to `measure`.
 *
 * @param reference as for `loadModel`
 * @throws {LlamellaError} as `loadModel` does for files that are missing, damaged or not supported, except for the
 *   types of tensors
 * @throws `signal.reason` when aborted
 */
export async function inspectModel(reference?: string, options: InspectOptions = {}): Promise<ModelReport> {
  const device = chooseDevice(options.device);
  await using opened = await openModel(reference, options);
  opened.checkArchitecture();
  const { checkpoint, files } = opened;
  const profile = profileFor(device, options.exact ?? false);
  const report = await describeFidelity(opened, profile, options);
  const tensors = [...checkpoint.tensors.values()];
  const count = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
  return {
    name: checkpoint.config.name ?? basename(opened.location),
    files,
    format: checkpoint.format,
    device,
    config: checkpoint.config,
    tensors,
    notes: opened.notes,
    ...report,
    weightBytes: tensors.reduce((sum, tensor) => sum + tensor.byteLength, 0),
    parameters: tensors.reduce((sum, tensor) => sum + count(tensor.shape), 0),
  };
}

/** What becomes of the tensors, or why the graph cannot be written: only their types may be the reason. */
async function describeFidelity(
  opened: OpenedModel,
  profile: Profile,
  { measure, signal, onProgress }: InspectOptions,
): Promise<Pick<ModelReport, 'fidelity' | 'problem'>> {
  let plan: GraphPlan;
  try {
    plan = opened.plan({ profile });
  } catch (error) {
    const typesRun = [...opened.checkpoint.tensors.values()].every(({ type }) =>
      profile.types.includes(type),
    );
    if (typesRun || !LlamellaError.isInstance(error) || error.code !== 'unsupported') throw error;
    return { fidelity: [], problem: error.message };
  }
  if (!measure) return { fidelity: plan.fidelity };
  const errors = await measureErrors(plan, opened.checkpoint, { signal, onProgress });
  return { fidelity: withMeasured(plan.fidelity, errors) };
}
