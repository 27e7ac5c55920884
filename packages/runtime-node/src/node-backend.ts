import { availableParallelism } from 'node:os';
import {
  type Backend,
  type BackendInfo,
  type ForwardRequest,
  type GraphPlan,
  InvalidArgumentError,
  LlamellaError,
} from '@llamella/spec';
import { type Device, deviceMemory } from './device.ts';
import { DeviceKvMemory, HostKvMemory } from './kv-memory.ts';
import { type Handle, type OrtApi, ortApi } from './native/ort-api.ts';
import { NodeKvStorage } from './node-kv-storage.ts';
import { createSession } from './session.ts';
import { Step } from './step.ts';

export interface NodeBackendOptions {
  /** Default `cpu`. */
  readonly device?: Device;
  /** Threads that one operator may use. Default: the processors of the machine. */
  readonly threads?: number;
  /** Sequences that can be in the cache at once. Default 1. */
  readonly slots?: number;
  /** Positions that the cache holds at first; it grows when asked. Default 256, at most the context. */
  readonly initialCapacity?: number;
  /** Options of the execution provider, as ONNX Runtime names them. */
  readonly providerOptions?: Readonly<Record<string, string>>;
  /** Session configuration entries of ONNX Runtime. */
  readonly configEntries?: Readonly<Record<string, string>>;
}

/** Bound shapes kept besides the one-token step: the full prefill chunk, and the last, shorter one. */
const KEPT_STEPS = 2;

/**
 * Compiles a graph plan with its weights into a backend.
 *
 * @param weights uint8 `[plan.externalByteLength]`, laid out as the plan says. The runtime copies what it needs.
 * @throws {UnsupportedError} when this machine or build of ONNX Runtime lacks the device
 * @throws {LlamellaError} `backend` when ONNX Runtime refuses the graph
 */
export async function createNodeBackend(
  plan: GraphPlan,
  weights: Uint8Array,
  options: NodeBackendOptions = {},
): Promise<Backend> {
  const device = options.device ?? 'cpu';
  const threads = positiveInteger('threads', options.threads ?? availableParallelism());
  const slots = positiveInteger('slots', options.slots ?? 1);
  const capacity = Math.min(
    positiveInteger('initialCapacity', options.initialCapacity ?? 256),
    plan.interface.contextLength,
  );
  if (weights.byteLength !== plan.externalByteLength) {
    throw new InvalidArgumentError(
      'weights',
      `the plan needs ${plan.externalByteLength} bytes, got ${weights.byteLength}`,
    );
  }
  const api = ortApi();
  const session = await createSession(api, plan, weights, {
    device,
    threads,
    ...(options.providerOptions && { providerOptions: options.providerOptions }),
    ...(options.configEntries && { configEntries: options.configEntries }),
  });
  return new NodeBackend(api, session, plan, device, { slots, capacity });
}

class NodeBackend implements Backend {
  readonly info: BackendInfo;
  readonly storage: NodeKvStorage;
  readonly #api: OrtApi;
  readonly #session: Handle;
  readonly #plan: GraphPlan;
  readonly #hostMemory: Handle;
  readonly #allocator: Handle | undefined;
  readonly #runOptions: Handle;
  readonly #copiesInputs: boolean;
  /** Bound steps by slot and shape, least recently used first. */
  readonly #steps = new Map<string, Step>();
  #stepsGeneration = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(
    api: OrtApi,
    session: Handle,
    plan: GraphPlan,
    device: Device,
    options: { readonly slots: number; readonly capacity: number },
  ) {
    this.#api = api;
    this.#session = session;
    this.#plan = plan;
    this.#hostMemory = api.create('CreateCpuMemoryInfo', ARENA_ALLOCATOR, DEFAULT_MEMORY);
    this.#runOptions = api.create('CreateRunOptions');
    const memoryName = deviceMemory(device);
    this.#copiesInputs = memoryName !== undefined;
    const shape = plan.interface;
    if (memoryName === undefined) {
      const memory = new HostKvMemory(api, this.#hostMemory, shape);
      this.storage = new NodeKvStorage(memory, shape, options, (work) => this.#exclusive(work));
    } else {
      const info = api.create('CreateMemoryInfo', memoryName, DEVICE_ALLOCATOR, 0, DEFAULT_MEMORY);
      this.#allocator = api.create('CreateAllocator', session, info);
      api.call('ReleaseMemoryInfo', info);
      const memory = new DeviceKvMemory(api, this.#allocator, shape);
      this.storage = new NodeKvStorage(memory, shape, options, (work) => this.#exclusive(work));
    }
    this.info = {
      device,
      vocabularySize: shape.vocabularySize,
      contextLength: shape.contextLength,
      prefillChunk: shape.prefillChunk,
    };
  }

  forward(request: ForwardRequest, signal?: AbortSignal): Promise<Float32Array> {
    return this.#exclusive(async () => {
      signal?.throwIfAborted();
      this.#check(request);
      const count = request.tokens.length;
      const rows = request.logits === 'all' ? count : 1;
      const step = this.#step(request.slot, count, rows);
      step.prepare(request.tokens, request.position, count - rows);
      await this.#run(step, signal);
      return request.logits === 'none' ? EMPTY : step.logits;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#exclusive(async () => {
      this.#disposed = true;
      this.#releaseSteps();
      this.storage.release();
      this.#api.call('ReleaseRunOptions', this.#runOptions);
      if (this.#allocator !== undefined) this.#api.call('ReleaseAllocator', this.#allocator);
      this.#api.call('ReleaseMemoryInfo', this.#hostMemory);
      this.#api.call('ReleaseSession', this.#session);
    }).catch((error: unknown) => {
      if (!(LlamellaError.isInstance(error) && error.code === 'disposed')) throw error;
    });
  }

  async #run(step: Step, signal: AbortSignal | undefined): Promise<void> {
    const terminate = () => this.#api.check('RunOptionsSetTerminate', this.#runOptions);
    signal?.addEventListener('abort', terminate, { once: true });
    try {
      await this.#api.checkAsync('RunWithBinding', this.#session, this.#runOptions, step.binding);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', terminate);
      if (signal?.aborted) this.#api.check('RunOptionsUnsetTerminate', this.#runOptions);
    }
    signal?.throwIfAborted();
  }

  #step(slot: number, tokens: number, rows: number): Step {
    if (this.#stepsGeneration !== this.storage.generation) {
      this.#releaseSteps();
      this.#stepsGeneration = this.storage.generation;
    }
    const key = `${slot}:${tokens}:${rows}`;
    let step = this.#steps.get(key);
    if (step === undefined) {
      step = new Step(
        this.#api,
        this.#session,
        this.#hostMemory,
        this.#plan.interface,
        { tokens, rows },
        this.storage.slot(slot),
        this.#copiesInputs,
      );
    }
    this.#steps.delete(key);
    this.#steps.set(key, step);
    this.#releaseOldSteps();
    return step;
  }

  #releaseOldSteps(): void {
    let surplus = this.#steps.size - KEPT_STEPS - this.storage.slots;
    for (const [key, step] of this.#steps) {
      if (surplus <= 0) return;
      if (key.endsWith(':1:1')) continue;
      step.release();
      this.#steps.delete(key);
      surplus--;
    }
  }

  #releaseSteps(): void {
    for (const step of this.#steps.values()) step.release();
    this.#steps.clear();
  }

  #check(request: ForwardRequest): void {
    const { position, tokens } = request;
    const { vocabularySize } = this.#plan.interface;
    if (tokens.length === 0) throw new InvalidArgumentError('tokens', 'there must be at least one');
    if (!Number.isInteger(position) || position < 0 || position + tokens.length > this.storage.capacity) {
      throw new InvalidArgumentError(
        'position',
        `${position} and ${tokens.length} tokens do not fit a cache of ${this.storage.capacity} positions`,
      );
    }
    for (let index = 0; index < tokens.length; index++) {
      if (tokens[index]! >= vocabularySize) {
        throw new InvalidArgumentError(
          `tokens[${index}]`,
          `${tokens[index]} is not in the vocabulary of ${vocabularySize}`,
        );
      }
    }
  }

  /** Runs one piece of work at a time, in the order of the calls. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(() => {
      if (this.#disposed) throw new LlamellaError('disposed', 'the backend was disposed');
      return work();
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

const ARENA_ALLOCATOR = 1;
const DEVICE_ALLOCATOR = 0;
const DEFAULT_MEMORY = 0;
const EMPTY = new Float32Array(0);

function positiveInteger(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError(name, `must be a whole number above 0, got ${value}`);
}
