import type { DataType, Initializer, PackRecipe } from '@llamella/spec';
import { toHalves } from './half-values.ts';
import type { OnnxWriter } from './onnx/onnx-writer.ts';
import type { FloatType } from './profiles/profile.ts';

/** Where each constant starts in the external data: a cache line, which every kernel can load from. */
const ALIGNMENT = 64;

const elementSizes: Record<DataType, number> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
};

/** Lays the external constants of a graph out one after the other, and the same bytes only once. */
export class InitializerTable {
  readonly initializers: Initializer[] = [];
  readonly offsets: number[] = [];
  byteLength = 0;
  readonly #writer: Pick<OnnxWriter, 'external'>;
  readonly #offsetByRecipe = new Map<string, number>();
  readonly #integers = new Map<string, Int32Array>();

  constructor(writer: Pick<OnnxWriter, 'external'>) {
    this.#writer = writer;
  }

  /** Adds a constant made from checkpoint tensors. A recipe seen before shares its bytes. */
  packed(name: string, dataType: DataType, shape: readonly number[], given: PackRecipe): void {
    const isHalf = dataType === 'float16' && given.kind !== 'stored';
    const recipe: PackRecipe = isHalf ? { ...given, floatType: 'float16' } : given;
    const key = JSON.stringify([recipe, dataType]);
    const known = this.#offsetByRecipe.get(key);
    if (known !== undefined) {
      this.#writer.external(name, dataType, shape, known, byteLengthOf(dataType, shape));
      return;
    }
    this.#offsetByRecipe.set(key, this.add({ name, dataType, shape, source: { recipe } }));
  }

  /** Adds a constant computed by the graph builder. */
  computed(name: string, dataType: FloatType, shape: readonly number[], values: Float32Array): void {
    const { buffer, byteOffset, byteLength } = dataType === 'float16' ? toHalves(values) : values;
    this.add({ name, dataType, shape, source: { data: new Uint8Array(buffer, byteOffset, byteLength) } });
  }

  /** Adds an int32 vector computed by the graph builder. @returns its name, that of an earlier one with the same values */
  integers(name: string, values: Int32Array): string {
    for (const [known, earlier] of this.#integers) {
      if (earlier.length === values.length && earlier.every((value, at) => value === values[at]))
        return known;
    }
    this.#integers.set(name, values);
    const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.add({ name, dataType: 'int32', shape: [values.length], source: { data } });
    return name;
  }

  /** Adds a constant. @returns where it starts, in bytes */
  add(initializer: Omit<Initializer, 'byteLength'>): number {
    const byteLength = byteLengthOf(initializer.dataType, initializer.shape);
    const offset = Math.ceil(this.byteLength / ALIGNMENT) * ALIGNMENT;
    this.initializers.push({ ...initializer, byteLength });
    this.offsets.push(offset);
    this.byteLength = offset + byteLength;
    this.#writer.external(initializer.name, initializer.dataType, initializer.shape, offset, byteLength);
    return offset;
  }
}

function byteLengthOf(dataType: DataType, shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, elementSizes[dataType]);
}
