import { type ForwardRequest, type GraphInterface, LlamellaError } from '@llamella/spec';
import { type GpuMemory, gpuMemory } from './gpu-buffer.ts';
import type { OpenGpu } from './gpu-device.ts';
import { GpuReader } from './gpu-reader.ts';
import { GpuTop, MOST_TOP } from './gpu-top.ts';
import { GraphValues, smallInputs } from './graph-values.ts';
import type { KvSlots } from './kv-slots.ts';
import type { Ort } from './ort.ts';
import { heapInput, runOptions, type Session } from './session.ts';
import { SOFTWARE_CHUNK } from './software-chunk.ts';

/** What a session on the GPU is made of. */
export interface GpuSessionParts {
  readonly ort: Ort;
  readonly gpu: OpenGpu;
  /** Of the session. */
  readonly handle: number;
  readonly graph: GraphInterface;
  readonly slots: KvSlots;
  /** Whether the session was made for captured graphs: then all inputs lie on the GPU. */
  readonly captures: boolean;
  /** Called with a sentence about what does not run as it was meant to. */
  readonly onNote: (note: string) => void;
}

/** Largest difference of logits by rounding, of the largest of them. */
const CLOSE = 1e-3;

/** Graph number of runs that are not captured. */
const NOT_CAPTURED = -1;

/**
 * On the GPU, logits too. Steps of one token are captured where that was asked for and the session allows it: their
 * commands are recorded once for each slot and size of the cache, and then replayed.
 */
export class GpuSession implements Session {
  readonly #parts: GpuSessionParts;
  readonly #values: GraphValues;
  readonly #reader: GpuReader;
  readonly #top: GpuTop;
  readonly #options: number;
  /** Inputs and logits of steps of one token, which captured commands refer to. */
  readonly #step: { readonly memories: GpuMemory[]; readonly tensors: number[]; readonly logits: number };
  /** Logits of one row. */
  readonly #row: GpuMemory;
  /** Options of captured runs for each slot; new ones for each size of the cache. */
  #captured = new Map<number, number>();
  #lastGraph = 0;
  #captures: boolean;
  /** Whether steps were seen to give the same captured and not. */
  #isChecked = false;

  constructor(parts: GpuSessionParts) {
    const { ort, gpu, handle, graph } = parts;
    this.#parts = parts;
    this.#captures = parts.captures;
    this.#values = new GraphValues(ort, handle, graph);
    const rowBytes = 4 * graph.vocabularySize;
    this.#reader = new GpuReader(gpu.device, Math.max(rowBytes, 2 * MOST_TOP * 4));
    this.#top = new GpuTop(gpu.device);
    this.#options = this.#newOptions(NOT_CAPTURED);
    this.#row = this.#memory(rowBytes);
    const inputs = smallInputs(graph, Uint32Array.of(0), 0, 1);
    const memories = inputs.map(({ values }) => this.#memory(values.byteLength));
    this.#step = {
      memories,
      tensors: memories.map((memory, at) => {
        const { type, values, dimensions } = inputs[at]!;
        return memory.tensor(type, values.byteLength, dimensions);
      }),
      logits: this.#row.tensor('float32', rowBytes, [1, 1, graph.vocabularySize]),
    };
  }

  async run({ slot, position, tokens, logits }: ForwardRequest): Promise<Float32Array<ArrayBuffer>> {
    const { software } = this.#parts.gpu.description;
    const isLong = software && position === 0 && tokens.length > SOFTWARE_CHUNK;
    if (!isLong) return this.#runChunk({ slot, position, tokens, logits });
    const start = logits === 'all' ? logits : 'none';
    const first = await this.#runChunk({
      ...{ slot, position, logits: start, tokens: tokens.subarray(0, SOFTWARE_CHUNK) },
    });
    const rest = await this.#runChunk({
      ...{ slot, position: SOFTWARE_CHUNK, logits, tokens: tokens.subarray(SOFTWARE_CHUNK) },
    });
    if (logits !== 'all') return rest;
    const joined = new Float32Array(first.length + rest.length);
    joined.set(first);
    joined.set(rest, first.length);
    return joined;
  }

  grow(capacity: number, lengths: readonly number[]): void {
    this.#parts.slots.grow(capacity, lengths);
    for (const options of this.#captured.values()) this.#parts.ort.module._OrtReleaseRunOptions(options);
    this.#captured.clear();
  }

  async #runChunk({ slot, position, tokens, logits }: ForwardRequest): Promise<Float32Array<ArrayBuffer>> {
    const { vocabularySize } = this.#parts.graph;
    const rows = logits === 'all' ? tokens.length : 1;
    // The first token of a sequence may run in other kernels than the ones after it.
    const isStep = this.#captures && tokens.length === 1 && position > 0;
    const memory = rows === 1 ? this.#row : this.#memory(4 * rows * vocabularySize);
    try {
      if (!isStep || !(await this.#runStep(slot, position, tokens))) {
        await this.#runOnce(slot, position, tokens, rows, memory);
      }
      if (logits === 'none') return new Float32Array(0);
      return await this.#readLogits(memory, rows, logits);
    } finally {
      if (memory !== this.#row) memory.release();
    }
  }

  async #readLogits(
    memory: GpuMemory,
    rows: number,
    logits: Exclude<ForwardRequest['logits'], 'none'>,
  ): Promise<Float32Array<ArrayBuffer>> {
    const { vocabularySize } = this.#parts.graph;
    if (typeof logits !== 'object') {
      return new Float32Array(await this.#reader.read(memory.buffer, 4 * rows * vocabularySize));
    }
    this.#top.find(memory.buffer, vocabularySize, logits.top);
    return new Float32Array(await this.#reader.read(this.#top.found, 8 * logits.top));
  }

  /** Runs a step by recorded commands. @returns `false` when it has to run without */
  async #runStep(slot: number, position: number, tokens: Uint32Array): Promise<boolean> {
    const problem = await this.#tryStep(slot, position, tokens);
    if (problem === undefined) return true;
    this.#captures = false;
    this.#parts.onNote(`Steps are not captured on this GPU: ${problem}`);
    return false;
  }

  /** @returns why the session cannot run steps so */
  async #tryStep(slot: number, position: number, tokens: Uint32Array): Promise<string | undefined> {
    try {
      if (!this.#isChecked) {
        const row = () => this.#reader.read(this.#row.buffer, 4 * this.#parts.graph.vocabularySize);
        await this.#runOnce(slot, position, tokens, 1, this.#row);
        const expected = new Float32Array(await row());
        // Commands that were left out of a record show when it is replayed with another token.
        await this.#replay(slot, position, Uint32Array.of(tokens[0] === 0 ? 1 : 0));
        await this.#replay(slot, position, tokens);
        if (!areClose(new Float32Array(await row()), expected)) return 'they give other results';
        this.#isChecked = true;
      } else await this.#replay(slot, position, tokens);
      return undefined;
    } catch (error) {
      if (this.#isChecked || !LlamellaError.isInstance(error)) throw error;
      return error.message;
    }
  }

  /** A step whose commands are recorded, or replayed. */
  async #replay(slot: number, position: number, tokens: Uint32Array): Promise<void> {
    const { gpu, graph } = this.#parts;
    const { memories, tensors, logits } = this.#step;
    for (const [at, { values }] of smallInputs(graph, tokens, position, 1).entries()) {
      gpu.device.queue.writeBuffer(memories[at]!.buffer, 0, values);
    }
    const options = this.#captured.get(slot) ?? this.#newOptions(++this.#lastGraph);
    this.#captured.set(slot, options);
    await this.#values.run(tensors, this.#cache(slot), logits, options);
  }

  async #runOnce(
    slot: number,
    position: number,
    tokens: Uint32Array,
    rows: number,
    memory: GpuMemory,
  ): Promise<void> {
    const { ort, gpu, graph, captures } = this.#parts;
    const dimensions = [1, rows, graph.vocabularySize];
    const logits = memory.tensor('float32', 4 * rows * graph.vocabularySize, dimensions);
    const small = smallInputs(graph, tokens, position, rows).map((input) => {
      if (!captures) return heapInput(ort, input);
      const { type, values, dimensions } = input;
      const held = this.#memory(values.byteLength);
      gpu.device.queue.writeBuffer(held.buffer, 0, values);
      const tensor = held.tensor(type, values.byteLength, dimensions);
      const release = () => {
        ort.module._OrtReleaseTensor(tensor);
        held.release();
      };
      return { tensor, release };
    });
    try {
      const tensors = small.map(({ tensor }) => tensor);
      await this.#values.run(tensors, this.#cache(slot), logits, this.#options);
    } finally {
      ort.module._OrtReleaseTensor(logits);
      for (const input of small) input.release();
    }
  }

  #cache(slot: number): number[] {
    return this.#parts.slots.tensors(slot).map(({ tensor }) => tensor);
  }

  #memory(byteLength: number): GpuMemory {
    const { ort, gpu, handle } = this.#parts;
    return gpuMemory(ort, gpu.device, handle, byteLength);
  }

  #newOptions(graph: number): number {
    const { ort, captures } = this.#parts;
    const options = runOptions(ort);
    if (!captures) return options;
    const texts = ['gpu_graph_id', String(graph)].map((text) => ort.putText(text));
    ort.check('a run option', ort.module._OrtAddRunConfigEntry(options, texts[0]!, texts[1]!));
    for (const text of texts) ort.module._free(text);
    return options;
  }
}

/** Whether logits differ by rounding alone. */
function areClose(logits: Float32Array, expected: Float32Array): boolean {
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return logits.every((value, id) => Math.abs(value - expected[id]!) <= CLOSE * scale);
}
