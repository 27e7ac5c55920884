import { basename } from 'node:path';
import { buildGraph, checkArchitecture } from '@llamella/graph';
import type { ModelConfig, OnProgress, TensorFidelity, TensorInfo } from '@llamella/spec';
import { chooseDevice, type DeviceChoice, profileFor } from './device-profile.ts';
import { openCheckpoint } from './open-checkpoint.ts';

/** For which device and form `fidelity` is reported. */
export interface InspectOptions {
  /** Default `auto`. */
  readonly device?: DeviceChoice;
  /** As for `loadModel`. Default `false`. */
  readonly exact?: boolean;
  readonly signal?: AbortSignal;
  /** Phases `download` and `verify` of a model that is not in the cache. */
  readonly onProgress?: OnProgress;
}

/** What a model is, and how each of its tensors would run. */
export interface ModelReport {
  /** The model's own name, or its file's. */
  readonly name: string;
  /** Paths, in order. */
  readonly files: readonly string[];
  readonly format: string;
  readonly device: string;
  readonly config: ModelConfig;
  readonly tensors: readonly TensorInfo[];
  readonly fidelity: readonly TensorFidelity[];
  /** Bytes of tensor data in the files. */
  readonly weightBytes: number;
  /** Number of weights. */
  readonly parameters: number;
}

/**
 * Describes a model without loading it: reads its header only.
 *
 * @param reference as for `loadModel`
 * @throws {LlamellaError} as `loadModel` does for files that are missing, damaged or not supported
 * @throws `signal.reason` when aborted
 */
export async function inspectModel(reference?: string, options: InspectOptions = {}): Promise<ModelReport> {
  const device = chooseDevice(options.device);
  const { checkpoint, files } = await openCheckpoint(reference, options);
  await using opened = checkpoint;
  checkArchitecture(opened.architecture, opened.name);
  const plan = buildGraph(opened, { profile: profileFor(device, options.exact ?? false) });
  const tensors = [...opened.tensors.values()];
  const count = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
  return {
    name: opened.config.name ?? basename(opened.name),
    files,
    format: opened.format,
    device,
    config: opened.config,
    tensors,
    fidelity: plan.fidelity,
    weightBytes: tensors.reduce((sum, tensor) => sum + tensor.byteLength, 0),
    parameters: tensors.reduce((sum, tensor) => sum + count(tensor.shape), 0),
  };
}
