import { systemPrompt } from '@llamella/model-smollm2-135m-instruct';
import { checkNodeBackendOptions } from '@llamella/runtime-node';
import type { OnProgress } from '@llamella/spec';
import { type PackedCacheOptions, packedCacheSettings } from './cache-settings.ts';
import { composeModel } from './compose-model.ts';
import { createPackedBackend } from './create-packed-backend.ts';
import { chooseDevice, type DeviceChoice, profileFor } from './device-profile.ts';
import { ensureExact } from './ensure-exact.ts';
import type { LoadedModel } from './loaded-model.ts';
import { openModel } from './open-model.ts';
import { isDefaultModel } from './resolve-reference.ts';

/** How a model is loaded; every field is optional. */
export interface LoadOptions {
  /** Default `auto`. */
  readonly device?: DeviceChoice;
  /**
   * Computes everything in float32, with the file's exact weights, or refuses where a device cannot. Slower, and four bytes
   * per weight.
   */
  readonly exact?: boolean;
  /** Threads that one operator may use. Default: what `genai_config.json` says, or the processors of the machine. */
  readonly threads?: number;
  /** Longest conversation in tokens. Default: the model's context. */
  readonly contextLength?: number;
  /** Conversations whose keys and values are kept at once. Default 1. */
  readonly slots?: number;
  /** Options of the execution provider, as ONNX Runtime names them. */
  readonly providerOptions?: Readonly<Record<string, string>>;
  /**
   * Whether weights, once packed for the device, are kept on disk for the next load, and where; see
   * `PackedCacheOptions`. `false` looks for nothing and keeps nothing. Default `true`, or what the environment says.
   */
  readonly cache?: boolean | PackedCacheOptions;
  /**
   * Phases `download` and `verify`, in bytes, for what is not in the cache; `pack`, in bytes of the weights that the
   * device gets; `compile`: 0 of 1, 1 of 1. With the cache also `identify`, in bytes of files whose content is not
   * known yet, and `verify`, in bytes of packed weights that the cache had, while these are compiled.
   */
  readonly onProgress?: OnProgress;
  /** Stops the loading. A compilation that has begun is finished and thrown away. */
  readonly signal?: AbortSignal;
}

/**
 * Loads a model: reads the file, writes the graph for the device, packs the weights for it and compiles.
 *
 * @param reference nothing or `smollm2` for the embedded model, or the path of a GGUF file, of a folder with one, with
 *   safetensors and their `config.json`, or with a model for ONNX Runtime GenAI, or
 *   `hf:owner/repo[@revision][:file-or-quantization]` or a URL, which are downloaded unless they are in the cache
 * @throws {LlamellaError} with a code that says why: `not-found`, `invalid-file`, `unsupported`, `backend`, `network`,
 *   `access`, `no-space`
 * @throws `signal.reason` when aborted
 */
export async function loadModel(reference?: string, options: LoadOptions = {}): Promise<LoadedModel> {
  const started = performance.now();
  const { signal, onProgress } = options;
  const device = chooseDevice(options.device);
  const nodeOptions = {
    device,
    ...(options.threads !== undefined && { threads: options.threads }),
    ...(options.slots !== undefined && { slots: options.slots }),
    ...(options.providerOptions !== undefined && { providerOptions: options.providerOptions }),
  };
  checkNodeBackendOptions(nodeOptions);
  const packedCache = packedCacheSettings(options.cache);
  await using opened = await openModel(reference, { signal, onProgress });
  opened.checkArchitecture();
  const plan = opened.plan({
    profile: profileFor(device, options.exact ?? false),
    ...(options.contextLength !== undefined && { contextLength: options.contextLength }),
  });
  if (options.exact) ensureExact(plan, opened.checkpoint.name);
  const backendOptions = { ...opened.backendOptions, ...nodeOptions };
  const packing = { backend: backendOptions, cache: packedCache, onProgress, signal };
  return await composeModel(opened, {
    plan,
    createBackend: () => createPackedBackend(plan, opened, packing),
    recommendedSystemPrompt: isDefaultModel(reference) ? systemPrompt : undefined,
    started,
    onProgress,
    signal,
  });
}
