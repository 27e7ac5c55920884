import { availableParallelism } from 'node:os';
import { type Backend, type GraphPlan, InvalidArgumentError } from '@llamella/spec';
import { checkDevice, type Device, deviceMemory } from './device.ts';
import { deviceKvMemory, hostKvMemory, type KvMemory } from './kv-memory.ts';
import { HandleStack } from './native/handle-stack.ts';
import { ortApi } from './native/ort-api.ts';
import { NodeBackend } from './node-backend.ts';
import { createSession } from './session.ts';
import { checkWeightsFile, type WeightsFile } from './weights-file.ts';

/** How a backend is made; every field is optional. */
export interface NodeBackendOptions {
  /** Default `cpu`. */
  readonly device?: Device;
  /** Threads that one operator may use, at most 1024. Default: the processors of the machine. */
  readonly threads?: number;
  /** Sequences that can be in the cache at once, at most 4096. Default 1. */
  readonly slots?: number;
  /**
   * Positions that the cache holds at first; it grows when asked. Default 256, at most the context. A cache in the
   * memory of a device cannot grow and holds the whole context from the start.
   */
  readonly initialCapacity?: number;
  /** Options of the execution provider, as ONNX Runtime names them. */
  readonly providerOptions?: Readonly<Record<string, string>>;
  /** Session configuration entries of ONNX Runtime. */
  readonly configEntries?: Readonly<Record<string, string>>;
}

const DEFAULT_CAPACITY = 256;
const MOST_THREADS = 1024;
const MOST_SLOTS = 4096;
const ARENA_ALLOCATOR = 1;
const DEVICE_ALLOCATOR = 0;
const DEFAULT_MEMORY = 0;

/**
 * Checks options before anything is read or packed for them.
 *
 * @throws {UnsupportedError} when the installed library lacks the device
 * @throws {InvalidArgumentError} when an option is out of range
 */
export function checkNodeBackendOptions(options: NodeBackendOptions): void {
  readOptions(options);
}

function readOptions(options: NodeBackendOptions) {
  const { device = 'cpu' } = options;
  checkDevice(device);
  return {
    device,
    threads: wholeNumber('threads', options.threads ?? availableParallelism(), MOST_THREADS),
    slots: wholeNumber('slots', options.slots ?? 1, MOST_SLOTS),
    capacity: wholeNumber('initialCapacity', options.initialCapacity ?? DEFAULT_CAPACITY),
  };
}

/**
 * Compiles a graph plan with its weights into a backend.
 *
 * @param weights uint8 `[plan.externalByteLength]`, laid out as the plan says. The runtime copies what it needs: they
 *   may be changed or given up once the promise is fulfilled. Or a file with these bytes, which is mapped: loading then
 *   takes little more memory than the runtime's own form of the weights.
 * @throws {UnsupportedError} when this machine or build of ONNX Runtime lacks the device
 * @throws {InvalidArgumentError} when an option, or the number of bytes in `weights`, is wrong
 * @throws {InvalidFileError} when the file of the weights is missing or has another size
 * @throws {LlamellaError} `backend` when ONNX Runtime refuses the graph, or there is no memory for the KV cache
 */
export async function createNodeBackend(
  plan: GraphPlan,
  weights: Uint8Array | WeightsFile,
  options: NodeBackendOptions = {},
): Promise<Backend> {
  const { providerOptions, configEntries } = options;
  const { device, threads, slots, capacity } = readOptions(options);
  const graph = plan.interface;
  if (!(weights instanceof Uint8Array)) await checkWeightsFile(plan, weights);
  else if (weights.byteLength !== plan.externalByteLength) {
    throw new InvalidArgumentError(
      'weights',
      `the plan needs ${plan.externalByteLength} bytes, got ${weights.byteLength}`,
    );
  }
  const api = ortApi();
  const handles = new HandleStack(api);
  const sessionOptions = {
    device,
    threads,
    ...(providerOptions && { providerOptions }),
    ...(configEntries && { configEntries }),
  };
  const { handle: session, mapped } = await createSession(api, plan, weights, sessionOptions, handles);
  try {
    const hostMemory = api.create('CreateCpuMemoryInfo', ARENA_ALLOCATOR, DEFAULT_MEMORY);
    handles.own('ReleaseMemoryInfo', hostMemory);
    const runOptions = handles.own('ReleaseRunOptions', api.create('CreateRunOptions'));
    const memoryName = deviceMemory(device);
    let memory: KvMemory;
    if (memoryName === undefined) {
      memory = hostKvMemory(api, hostMemory, graph);
    } else {
      const place = api.create('CreateMemoryInfo', memoryName, DEVICE_ALLOCATOR, 0, DEFAULT_MEMORY);
      handles.own('ReleaseMemoryInfo', place);
      const allocator = handles.own('ReleaseAllocator', api.create('CreateAllocator', session, place));
      memory = deviceKvMemory(api, allocator, graph);
    }
    return new NodeBackend({
      api,
      session,
      hostMemory,
      graph,
      copiesInputs: memoryName !== undefined,
      device,
      handles,
      mapped,
      runOptions,
      memory,
      slots,
      capacity: Math.min(capacity, graph.contextLength),
    });
  } catch (error) {
    handles.release();
    mapped?.[Symbol.dispose]();
    throw error;
  }
}

function wholeNumber(name: string, value: number, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isInteger(value) && value > 0 && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? 'above 0' : `from 1 to ${most}`;
  throw new InvalidArgumentError(name, `must be a whole number ${range}, got ${value}`);
}
