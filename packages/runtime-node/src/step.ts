import type { GraphInterface } from '@llamella/spec';
import type { KvSlot } from './kv-memory.ts';
import { allocateFloats } from './memory.ts';
import { HandleStack } from './native/handle-stack.ts';
import type { Handle, OrtApi } from './native/ort-api.ts';
import { tensorOver } from './native/tensor.ts';

/** How large a run is. */
export interface StepShape {
  readonly tokens: number;
  /** Rows of logits, at least 1. */
  readonly rows: number;
}

/** What every step of a backend is made with. */
export interface StepContext {
  readonly api: OrtApi;
  readonly session: Handle;
  /** Memory information of the computer's own memory. */
  readonly hostMemory: Handle;
  readonly graph: GraphInterface;
  /** Whether binding copies inputs to a device, so that they must be bound again for each run. */
  readonly copiesInputs: boolean;
}

/**
 * One shape of run with all its memory: the tensors of the graph's inputs and outputs, bound once. Only the few
 * bytes of the small inputs change from run to run; keys and values are written where they are read.
 */
export class Step {
  readonly binding: Handle;
  /** float32 `[rows, vocabularySize]` */
  readonly logits: Float32Array<ArrayBuffer>;
  readonly #context: StepContext;
  readonly #handles: HandleStack;
  readonly #ids: BigInt64Array | Int32Array;
  readonly #lastPosition = new Int32Array(1);
  readonly #totalLength = new Int32Array(1);
  readonly #position = new BigInt64Array(1);
  readonly #rows: BigInt64Array;
  readonly #inputs: [name: string, value: Handle][] = [];

  /** @throws {RangeError} when there is no memory for the logits; {LlamellaError} `backend` when binding fails */
  constructor(context: StepContext, shape: StepShape, slot: KvSlot) {
    const { api, graph } = context;
    this.#context = context;
    this.#handles = new HandleStack(api);
    this.#ids = graph.tokenType === 'int64' ? new BigInt64Array(shape.tokens) : new Int32Array(shape.tokens);
    this.#rows = new BigInt64Array(shape.rows);
    this.logits = allocateFloats(shape.rows * graph.vocabularySize);
    try {
      this.#makeInputs(shape);
      const logits = this.#tensor(this.logits, 'float32', [1, shape.rows, graph.vocabularySize]);
      this.binding = this.#handles.own('ReleaseIoBinding', api.create('CreateIoBinding', context.session));
      this.#bindInputs();
      this.#bindCache(slot);
      api.check('BindOutput', this.binding, 'logits', logits);
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Sets the small inputs. `firstRow` is the first token of the run that gets logits; the rest follow. */
  prepare(tokens: Uint32Array, position: number, firstRow: number): void {
    const ids = this.#ids;
    if (ids instanceof BigInt64Array) {
      for (let index = 0; index < tokens.length; index++) ids[index] = BigInt(tokens[index]!);
    } else {
      ids.set(tokens);
    }
    const total = position + tokens.length;
    this.#lastPosition[0] = total - 1;
    this.#totalLength[0] = total;
    this.#position[0] = BigInt(position);
    for (let row = 0; row < this.#rows.length; row++) this.#rows[row] = BigInt(firstRow + row);
    if (this.#context.copiesInputs) this.#bindInputs();
  }

  /** Releases the tensors and their binding. `logits` stays readable. */
  release(): void {
    this.#handles.release();
  }

  #makeInputs({ tokens, rows }: StepShape): void {
    const { tokenType, totalLengthShape, positionInput } = this.#context.graph;
    this.#inputs.push(['input_ids', this.#tensor(this.#ids, tokenType, [1, tokens])]);
    this.#inputs.push(['seqlens_k', this.#tensor(this.#lastPosition, 'int32', [1])]);
    this.#inputs.push(['total_sequence_length', this.#tensor(this.#totalLength, 'int32', totalLengthShape)]);
    this.#inputs.push(['logit_rows', this.#tensor(this.#rows, 'int64', [rows])]);
    if (positionInput) this.#inputs.push(['position', this.#tensor(this.#position, 'int64', [1])]);
  }

  #tensor(data: ArrayBufferView, type: 'int32' | 'int64' | 'float32', dimensions: readonly number[]): Handle {
    const { api, hostMemory } = this.#context;
    return this.#handles.own('ReleaseValue', tensorOver(api, hostMemory, data, type, dimensions));
  }

  #bindInputs(): void {
    for (const [name, value] of this.#inputs) {
      this.#context.api.check('BindInput', this.binding, name, value);
    }
  }

  /** Binds each cache tensor as input and as output: the attention operator then appends in place. */
  #bindCache(slot: KvSlot): void {
    const { api, graph } = this.#context;
    for (let layer = 0; layer < graph.layerCount; layer++) {
      for (const [part, kind] of ['key', 'value'].entries()) {
        const value = slot.values[2 * layer + part]!;
        api.check('BindInput', this.binding, `past_key_values.${layer}.${kind}`, value);
        api.check('BindOutput', this.binding, `present.${layer}.${kind}`, value);
      }
    }
  }
}
