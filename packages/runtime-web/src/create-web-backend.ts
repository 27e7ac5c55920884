import { type Backend, type GraphPlan, InvalidArgumentError } from '@llamella/spec';
import { abortable } from './abortable.ts';
import { requireMemory } from './require-memory.ts';
import { sendWeights, type WeightsSource } from './send-weights.ts';
import { WorkerBackend } from './web-backend.ts';
import { type WebDevice, webDevices } from './web-device.ts';
import { WorkerChannel } from './worker-channel.ts';

/** How a backend is made; every field is optional. */
export interface WebBackendOptions {
  /** Default `wasm`. */
  readonly device?: WebDevice;
  /**
   * Threads that one operator may use, at most 64. Default on `wasm`: the machine's processors, up to 4, where the page
   * is isolated, else 1; on `webgpu` 1.
   */
  readonly threads?: number;
  /** Sequences that can be in the cache at once, at most 4096. Default 1. */
  readonly slots?: number;
  /** Positions that the cache holds at first; it grows when asked. Default 256, at most the context. */
  readonly initialCapacity?: number;
  /** Address of the folder that the files of onnxruntime-web are served from. Default: as a bundler put them. */
  readonly wasmPaths?: string | URL;
  /** Makes the worker, whose program is `@llamella/runtime-web/worker`. Default: the file beside this module. */
  readonly createWorker?: () => Worker;
  /**
   * On `webgpu`: records the commands of a step of one token once and replays them, where the GPU runs all of the graph.
   * Measure it on your GPU: attention then works without knowing the length, which made steps up to three times as slow on the
   * one that was measured (`docs/benchmarks/webgpu.md`). Default `false`.
   */
  readonly captureSteps?: boolean;
  /** Ends loading. */
  readonly signal?: AbortSignal;
}

/** A backend in a worker. */
export interface WebBackend extends Backend {
  /** Threads that one operator uses. */
  readonly threads: number;
  /** What does not run as it was meant to, in sentences for people; often empty. A step may add one. */
  readonly notes: readonly string[];
  /**
   * Resolves, with a sentence for people, when the GPU is lost or the worker ends by itself: every call fails with the
   * code `backend` then, those under way too. Dispose of the backend and make a new one from the same plan and weights.
   * It stays pending otherwise, also when the backend is disposed.
   */
  readonly lost: Promise<string>;
}

const DEFAULT_CAPACITY = 256;
const MOST_THREADS = 64;
const MOST_SLOTS = 4096;

/**
 * Compiles a graph plan with its weights into a backend, in a worker of its own.
 *
 * @param weights the `plan.externalByteLength` bytes laid out as the plan says, see {@link WeightsSource}
 * @throws {InvalidArgumentError} when an option, or the number of bytes in `weights`, is wrong
 * @throws {UnsupportedError} when this browser or page cannot do what is asked
 * @throws {LlamellaError} `backend` when ONNX Runtime cannot be loaded or refuses the graph, or there is no memory;
 *   `overflow` when the graph is in float16, and a run of the first tokens of its vocabulary gives logits that are not finite
 * @throws `signal.reason` when aborted
 */
export async function createWebBackend(
  plan: GraphPlan,
  weights: WeightsSource,
  options: WebBackendOptions = {},
): Promise<WebBackend> {
  const { device = 'wasm', threads, signal } = options;
  if (!webDevices.includes(device)) {
    throw new InvalidArgumentError('device', `${JSON.stringify(device)} is none of ${webDevices.join(', ')}`);
  }
  if (threads !== undefined) wholeNumber('threads', threads, MOST_THREADS);
  const slots = wholeNumber('slots', options.slots ?? 1, MOST_SLOTS);
  const { contextLength } = plan.interface;
  const capacity = Math.min(
    wholeNumber('initialCapacity', options.initialCapacity ?? DEFAULT_CAPACITY),
    contextLength,
  );
  const byteLength = plan.externalByteLength;
  if (weights instanceof Uint8Array && weights.byteLength !== byteLength) {
    throw new InvalidArgumentError(
      'weights',
      `the plan needs ${byteLength} bytes, got ${weights.byteLength}`,
    );
  }
  requireMemory(plan, device);
  signal?.throwIfAborted();
  const channel = new WorkerChannel((options.createWorker ?? createWorker)());
  try {
    const load = async () => {
      const wasmPaths = folderAddress(options.wasmPaths);
      const largest = largestConstant(plan);
      const float16 = plan.interface.cacheType === 'float16';
      const request = { device, threads, wasmPaths, byteLength, largest, float16 };
      const loaded = await channel.call('load', request);
      await sendWeights(channel, weights, byteLength, signal);
      const { model, externalFile, interface: graph } = plan;
      const { captureSteps = false } = options;
      await channel.call('compile', { model, externalFile, graph, slots, capacity, captureSteps });
      return new WorkerBackend({ channel, graph, device, ...loaded, slots, capacity });
    };
    return await abortable(load(), signal);
  } catch (error) {
    channel.close();
    throw error;
  }
}

function createWorker(): Worker {
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
}

function largestConstant({ initializers }: GraphPlan): { name: string; byteLength: number } {
  const none = { name: '', byteLength: 0 };
  const { name, byteLength } = initializers.reduce<{ name: string; byteLength: number }>(
    (most, each) => (each.byteLength > most.byteLength ? each : most),
    none,
  );
  return { name, byteLength };
}

/** An address that holds in the worker too, with a slash at its end. */
function folderAddress(folder: string | URL | undefined): string | undefined {
  if (folder === undefined) return undefined;
  const { href } = new URL(folder, globalThis.location?.href);
  return href.endsWith('/') ? href : `${href}/`;
}

function wholeNumber(name: string, value: number, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isInteger(value) && value > 0 && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? 'above 0' : `from 1 to ${most}`;
  throw new InvalidArgumentError(name, `must be a whole number ${range}, got ${value}`);
}
