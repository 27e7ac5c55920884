import type { GraphInterface } from '@llamella/spec';
import type { Ort } from './ort.ts';

/** A small input of a run. */
export interface SmallInput {
  readonly type: 'int32' | 'int64';
  readonly values: Int32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>;
  readonly dimensions: readonly number[];
}

/** The inputs of a run besides keys and values, in the order in which {@link GraphValues} has them. */
export function smallInputs(
  { tokenType, totalLengthShape, positionInput }: GraphInterface,
  tokens: Uint32Array,
  position: number,
  rows: number,
): SmallInput[] {
  const total = position + tokens.length;
  const firstRow = tokens.length - rows;
  const int32 = (values: number[] | Uint32Array, dimensions: readonly number[]): SmallInput => ({
    type: 'int32',
    values: Int32Array.from(values),
    dimensions,
  });
  const int64 = (values: number[] | Uint32Array, dimensions: readonly number[]): SmallInput => ({
    type: 'int64',
    values: BigInt64Array.from(values, BigInt),
    dimensions,
  });
  return [
    (tokenType === 'int64' ? int64 : int32)(tokens, [1, tokens.length]),
    int32([total - 1], [1]),
    int32([total], totalLengthShape),
    int64(
      Array.from({ length: rows }, (_, row) => firstRow + row),
      [rows],
    ),
    ...(positionInput ? [int64([position], [1])] : []),
  ];
}

/** Names of a graph's inputs and outputs in the heap, and places for their tensors. */
export class GraphValues {
  readonly #ort: Ort;
  readonly #handle: number;
  readonly #inputs: Named;
  readonly #outputs: Named;

  /** @param handle of the session */
  constructor(ort: Ort, handle: number, { layerCount, positionInput }: GraphInterface) {
    this.#ort = ort;
    this.#handle = handle;
    const layers = Array.from({ length: layerCount }, (_, layer) => layer);
    const caches = (prefix: string) =>
      layers.flatMap((layer) => [`${prefix}.${layer}.key`, `${prefix}.${layer}.value`]);
    const inputs = ['input_ids', 'seqlens_k', 'total_sequence_length', 'logit_rows'];
    if (positionInput) inputs.push('position');
    this.#inputs = named(ort, [...inputs, ...caches('past_key_values')]);
    this.#outputs = named(ort, ['logits', ...caches('present')]);
  }

  /**
   * Runs the graph once.
   *
   * @param small tensors of {@link smallInputs}
   * @param cache tensors of keys and values, read and extended in place
   * @param logits tensor to write; 0 has one made, in the heap
   * @returns the tensor with the logits
   * @throws {LlamellaError} `backend` when ONNX Runtime fails
   */
  async run(
    small: readonly number[],
    cache: readonly number[],
    logits: number,
    runOptions: number,
  ): Promise<number> {
    const { module } = this.#ort;
    const [inputs, outputs] = [this.#inputs, this.#outputs];
    this.#ort.heap().set(bytesOf([...small, ...cache]), inputs.values);
    this.#ort.heap().set(bytesOf([logits, ...cache]), outputs.values);
    const status = await module._OrtRun(
      this.#handle,
      inputs.names,
      inputs.values,
      inputs.count,
      outputs.names,
      outputs.count,
      outputs.values,
      runOptions,
    );
    this.#ort.check('the step failed', status);
    return module.getValue(outputs.values, '*');
  }
}

interface Named {
  readonly names: number;
  readonly values: number;
  readonly count: number;
}

function named(ort: Ort, names: readonly string[]): Named {
  const addresses = Uint32Array.from(names, (name) => ort.putText(name));
  return { names: ort.put(addresses), values: ort.allocate(addresses.byteLength), count: names.length };
}

function bytesOf(handles: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(handles).buffer);
}
