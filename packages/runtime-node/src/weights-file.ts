import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type GraphPlan, InvalidArgumentError, InvalidFileError } from '@llamella/spec';
import type { Device } from './device.ts';
import type { HandleStack } from './native/handle-stack.ts';
import { type MappedFile, mapFile } from './native/mapped-file.ts';
import type { Handle, OrtApi } from './native/ort-api.ts';
import { tensorAt } from './native/tensor.ts';

/**
 * Packed weights in a file. They are mapped, not read into memory: the file must stay as it is while the backend
 * lives; deleting it is harmless on Linux and macOS.
 */
export interface WeightsFile {
  /** Where it is; the name must be the plan's `externalFile`. */
  readonly path: string;
}

const ARENA_ALLOCATOR = 1;
const DEFAULT_MEMORY = 0;
const FORGET_EVERY_MS = 100;

/** @throws {InvalidArgumentError} or {InvalidFileError} when the file cannot be the weights of the plan */
export async function checkWeightsFile(plan: GraphPlan, { path }: WeightsFile): Promise<void> {
  if (basename(path) !== plan.externalFile) {
    throw new InvalidArgumentError('weights.path', `must end in ${plan.externalFile}, got ${path}`);
  }
  const status = await stat(path).catch((cause: Error) => {
    throw new InvalidFileError({ file: path }, `cannot be opened: ${cause.message}`, { cause });
  });
  if (status.size !== plan.externalByteLength) {
    throw new InvalidFileError(
      { file: path },
      `has ${status.size} bytes of weights, the plan needs ${plan.externalByteLength}`,
    );
  }
}

/**
 * Tells a session where its weights lie. For the CPU they are tensors over a mapping of our own, so that what ONNX
 * Runtime has packed into memory of its own is not counted twice: it would keep scales mapped that it has copied. For
 * other devices it maps the file itself, and uploads.
 *
 * @param handles owns the tensors; they have to live as long as the session
 * @returns the mapping, to be disposed after the session
 */
export function useWeightsFile(
  api: OrtApi,
  sessionOptions: Handle,
  plan: GraphPlan,
  options: { readonly file: WeightsFile; readonly device: Device; readonly handles: HandleStack },
): MappedFile | undefined {
  const { file, device, handles } = options;
  const folder = 'session.model_external_initializers_file_folder_path';
  api.check('AddSessionConfigEntry', sessionOptions, folder, dirname(file.path));
  const mapped = device === 'cpu' ? mapFile(file.path, plan.externalByteLength) : undefined;
  if (mapped === undefined) return undefined;
  const memory = api.create('CreateCpuMemoryInfo', ARENA_ALLOCATOR, DEFAULT_MEMORY);
  handles.own('ReleaseMemoryInfo', memory);
  for (const [index, { name, dataType, shape, byteLength }] of plan.initializers.entries()) {
    const address = mapped.address + BigInt(plan.offsets[index]!);
    const value = tensorAt(api, memory, { address, byteLength }, dataType, shape);
    api.check('AddInitializer', sessionOptions, name, handles.own('ReleaseValue', value));
  }
  return mapped;
}

/** Keeps the resident part of a mapping small while `work` goes on, and gives all of it back at its end. */
export async function forgetWhile<T>(mapped: MappedFile | undefined, work: Promise<T>): Promise<T> {
  const timer = setInterval(() => mapped?.forget(), FORGET_EVERY_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    mapped?.forget();
  }
}
