import type { GraphInterface } from '@llamella/spec';
import type { KvSlot } from './kv-memory.ts';
import { allocateFloats } from './memory.ts';
import type { Handle, OrtApi } from './native/ort-api.ts';
import { tensorOver } from './native/tensor.ts';

/** What a step is bound to. */
export interface StepShape {
  readonly tokens: number;
  /** Rows of logits, at least 1. */
  readonly rows: number;
}

/**
 * One shape of run with all its memory: the tensors of the graph's inputs and outputs, bound once. Only the few
 * bytes of the small inputs change from run to run; keys and values are written where they are read.
 */
export class Step {
  readonly binding: Handle;
  /** float32 `[rows, vocabularySize]` */
  readonly logits: Float32Array<ArrayBuffer>;
  readonly #api: OrtApi;
  readonly #ids: BigInt64Array | Int32Array;
  readonly #pastLength = new Int32Array(1);
  readonly #totalLength = new Int32Array(1);
  readonly #position = new BigInt64Array(1);
  readonly #rows: BigInt64Array;
  readonly #values: [name: string, value: Handle][] = [];
  readonly #logitsValue: Handle;
  readonly #copiesInputs: boolean;

  /** @param copiesInputs whether binding copies inputs to a device, so that they must be bound again for each run */
  constructor(
    api: OrtApi,
    session: Handle,
    memory: Handle,
    graph: GraphInterface,
    shape: StepShape,
    slot: KvSlot,
    copiesInputs: boolean,
  ) {
    this.#api = api;
    this.#copiesInputs = copiesInputs;
    this.#ids = graph.tokenType === 'int64' ? new BigInt64Array(shape.tokens) : new Int32Array(shape.tokens);
    this.#rows = new BigInt64Array(shape.rows);
    this.logits = allocateFloats(shape.rows * graph.vocabularySize);
    const over = (
      ...[data, type, dimensions]: [ArrayBufferView, 'int32' | 'int64' | 'float32', readonly number[]]
    ) => tensorOver(api, memory, data, type, dimensions);
    this.#values.push(['input_ids', over(this.#ids, graph.tokenType, [1, shape.tokens])]);
    this.#values.push(['seqlens_k', over(this.#pastLength, 'int32', [1])]);
    this.#values.push(['total_sequence_length', over(this.#totalLength, 'int32', graph.totalLengthShape)]);
    this.#values.push(['logit_rows', over(this.#rows, 'int64', [shape.rows])]);
    if (graph.positionInput) this.#values.push(['position', over(this.#position, 'int64', [1])]);
    this.#logitsValue = over(this.logits, 'float32', [1, shape.rows, graph.vocabularySize]);
    this.binding = api.create('CreateIoBinding', session);
    this.#bindInputs();
    for (let layer = 0; layer < graph.layerCount; layer++) {
      for (const [part, kind] of ['key', 'value'].entries()) {
        const value = slot.values[2 * layer + part]!;
        api.check('BindInput', this.binding, `past_key_values.${layer}.${kind}`, value);
        api.check('BindOutput', this.binding, `present.${layer}.${kind}`, value);
      }
    }
    api.check('BindOutput', this.binding, 'logits', this.#logitsValue);
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
    this.#pastLength[0] = total - 1;
    this.#totalLength[0] = total;
    this.#position[0] = BigInt(position);
    for (let row = 0; row < this.#rows.length; row++) this.#rows[row] = BigInt(firstRow + row);
    if (this.#copiesInputs) this.#bindInputs();
  }

  release(): void {
    this.#api.call('ReleaseIoBinding', this.binding);
    for (const [, value] of this.#values) this.#api.call('ReleaseValue', value);
    this.#api.call('ReleaseValue', this.#logitsValue);
  }

  #bindInputs(): void {
    for (const [name, value] of this.#values) this.#api.check('BindInput', this.binding, name, value);
  }
}
