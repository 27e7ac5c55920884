import type { ForwardRequest, GraphInterface } from '@llamella/spec';
import { GraphValues, type SmallInput, smallInputs } from './graph-values.ts';
import type { KvSlots } from './kv-slots.ts';
import type { Ort } from './ort.ts';

/** A compiled graph that runs on slots of keys and values, in place. Not to be entered twice at once. */
export interface Session {
  /**
   * @returns float32 `[rows, vocabularySize]`; for `top`, `[2, top]`: logits, and the bits of their ids as uint32
   * @throws {LlamellaError} `backend` when ONNX Runtime fails
   */
  run(request: ForwardRequest): Promise<Float32Array<ArrayBuffer>>;
  /** See `KvStorage.grow`. */
  grow(capacity: number, lengths: readonly number[]): void;
}

const LOG_ERRORS = 3;

/** Options of runs. */
export function runOptions(ort: Ort): number {
  return ort.made('run options', ort.module._OrtCreateRunOptions(LOG_ERRORS, 0, false, 0));
}

/** A tensor in the heap, and its memory. */
export interface HeapInput {
  readonly tensor: number;
  release(): void;
}

/** Puts a small input into the heap. */
export function heapInput(ort: Ort, { type, values, dimensions }: SmallInput): HeapInput {
  const address = ort.put(values);
  const tensor = ort.tensor(type, { address, byteLength: values.byteLength }, dimensions);
  const release = () => {
    ort.module._OrtReleaseTensor(tensor);
    ort.module._free(address);
  };
  return { tensor, release };
}

/** On the processor. */
export class HeapSession implements Session {
  readonly #ort: Ort;
  readonly #graph: GraphInterface;
  readonly #slots: KvSlots;
  readonly #values: GraphValues;
  readonly #runOptions: number;

  constructor(ort: Ort, handle: number, graph: GraphInterface, slots: KvSlots) {
    this.#ort = ort;
    this.#graph = graph;
    this.#slots = slots;
    this.#values = new GraphValues(ort, handle, graph);
    this.#runOptions = runOptions(ort);
  }

  async run({ slot, position, tokens, logits }: ForwardRequest): Promise<Float32Array<ArrayBuffer>> {
    const rows = logits === 'all' ? tokens.length : 1;
    const small = smallInputs(this.#graph, tokens, position, rows).map((input) =>
      heapInput(this.#ort, input),
    );
    const cache = this.#slots.tensors(slot).map(({ tensor }) => tensor);
    let made = 0;
    try {
      const tensors = small.map(({ tensor }) => tensor);
      made = await this.#values.run(tensors, cache, 0, this.#runOptions);
      if (logits === 'none') return new Float32Array(0);
      return this.#ort.floats(made, rows * this.#graph.vocabularySize);
    } finally {
      if (made !== 0) this.#ort.module._OrtReleaseTensor(made);
      for (const input of small) input.release();
    }
  }

  grow(capacity: number, lengths: readonly number[]): void {
    this.#slots.grow(capacity, lengths);
  }
}
