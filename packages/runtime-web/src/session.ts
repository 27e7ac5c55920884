import type { ForwardRequest, GraphInterface } from '@llamella/spec';
import type { KvSlots } from './kv-slots.ts';
import type { Ort } from './ort.ts';

const noLogits = new Float32Array(0);

/** A compiled graph that runs on slots of keys and values, in place. Not to be entered twice at once. */
export class Session {
  readonly slots: KvSlots;
  readonly #ort: Ort;
  readonly #handle: number;
  readonly #graph: GraphInterface;
  readonly #inputs: { readonly names: number; readonly values: number; readonly count: number };
  readonly #outputs: { readonly names: number; readonly values: number; readonly count: number };
  readonly #runOptions: number;

  constructor(ort: Ort, handle: number, graph: GraphInterface, slots: KvSlots) {
    this.#ort = ort;
    this.#handle = handle;
    this.#graph = graph;
    this.slots = slots;
    const layers = Array.from({ length: graph.layerCount }, (_, layer) => layer);
    const names = (prefix: string) =>
      layers.flatMap((layer) => [`${prefix}.${layer}.key`, `${prefix}.${layer}.value`]);
    const inputs = ['input_ids', 'seqlens_k', 'total_sequence_length', 'logit_rows'];
    if (graph.positionInput) inputs.push('position');
    this.#inputs = this.#named([...inputs, ...names('past_key_values')]);
    this.#outputs = this.#named(['logits', ...names('present')]);
    this.#runOptions = ort.made('run options', ort.module._OrtCreateRunOptions(3, 0, false, 0));
  }

  /** @returns float32 `[rows, vocabularySize]` @throws {LlamellaError} `backend` when ONNX Runtime fails */
  async run({ slot, position, tokens, logits }: ForwardRequest): Promise<Float32Array<ArrayBuffer>> {
    const { module } = this.#ort;
    const rows = logits === 'all' ? tokens.length : 1;
    const small = this.#smallInputs(tokens, position, rows);
    const cache = this.slots.tensors(slot).map(({ tensor }) => tensor);
    this.#ort.heap().set(bytesOf([...small.map(({ tensor }) => tensor), ...cache]), this.#inputs.values);
    this.#ort.heap().set(bytesOf([0, ...cache]), this.#outputs.values);
    let made = 0;
    try {
      const [inputs, outputs] = [this.#inputs, this.#outputs];
      const status = await module._OrtRun(
        this.#handle,
        inputs.names,
        inputs.values,
        inputs.count,
        outputs.names,
        outputs.count,
        outputs.values,
        this.#runOptions,
      );
      this.#ort.check('the step failed', status);
      made = module.getValue(outputs.values, '*');
      return logits === 'none' ? noLogits.slice() : this.#ort.floats(made, rows * this.#graph.vocabularySize);
    } finally {
      if (made !== 0) module._OrtReleaseTensor(made);
      for (const { tensor, address } of small) {
        module._OrtReleaseTensor(tensor);
        module._free(address);
      }
    }
  }

  #smallInputs(tokens: Uint32Array, position: number, rows: number) {
    const { tokenType, totalLengthShape, positionInput } = this.#graph;
    const total = position + tokens.length;
    const ids = tokenType === 'int64' ? BigInt64Array.from(tokens, BigInt) : Int32Array.from(tokens);
    const firstRow = tokens.length - rows;
    const rowNumbers = BigInt64Array.from({ length: rows }, (_, row) => BigInt(firstRow + row));
    return [
      this.#small(tokenType, ids, [1, tokens.length]),
      this.#small('int32', Int32Array.of(total - 1), [1]),
      this.#small('int32', Int32Array.of(total), totalLengthShape),
      this.#small('int64', rowNumbers, [rows]),
      ...(positionInput ? [this.#small('int64', BigInt64Array.of(BigInt(position)), [1])] : []),
    ];
  }

  #small(type: 'int32' | 'int64', values: ArrayBufferView, dimensions: readonly number[]) {
    const address = this.#ort.put(values);
    return {
      address,
      tensor: this.#ort.tensor(type, { address, byteLength: values.byteLength }, dimensions),
    };
  }

  /** Names in the heap, and room for as many handles. */
  #named(names: readonly string[]) {
    const addresses = Uint32Array.from(names, (name) => this.#ort.putText(name));
    return {
      names: this.#ort.put(addresses),
      values: this.#ort.allocate(addresses.byteLength),
      count: names.length,
    };
  }
}

function bytesOf(handles: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(handles).buffer);
}
