import { InvalidFileError } from '@llamella/spec';
import { aligned } from '../formats/aligned.ts';
import type { StoredDataType, StoredTensor, StoredTensors } from '../safetensors/stored-tensor.ts';
import { toFloats } from './to-floats.ts';

/** Types that scales are stored in. */
export const floatTypes: readonly StoredDataType[] = ['F32', 'F16', 'BF16'];

/** The stored tensors of one linear layer, looked up and checked one after the other. */
export class LayerTensors {
  /** Names of the tensors that were asked for and exist. */
  readonly used: string[] = [];
  readonly #module: string;
  readonly #stored: StoredTensors;
  readonly #method: string;
  readonly #file: string;

  /** @param method what errors call the layout @param file what errors call the model */
  constructor(module: string, stored: StoredTensors, method: string, file: string) {
    this.#module = module;
    this.#stored = stored;
    this.#method = method;
    this.#file = file;
  }

  /** Whether `<module>.<suffix>` exists, without using it. */
  has(suffix: string): boolean {
    return this.#stored.tensors.has(`${this.#module}.${suffix}`);
  }

  /** Whether `<module>.weight` is there and holds plain floating-point numbers. */
  get isPlain(): boolean {
    const type = this.#stored.tensors.get(`${this.#module}.weight`)?.dataType;
    return type !== undefined && (floatTypes.includes(type) || type === 'F64');
  }

  find(suffix: string): StoredTensor | undefined {
    const tensor = this.#stored.tensors.get(`${this.#module}.${suffix}`);
    if (tensor !== undefined && !this.used.includes(tensor.name)) this.used.push(tensor.name);
    return tensor;
  }

  /** @throws {InvalidFileError} when it is missing or of another type */
  get(suffix: string, types: readonly StoredDataType[]): StoredTensor {
    const tensor = this.find(suffix);
    if (tensor === undefined) {
      throw this.#error(`${this.#module}.${suffix}`, `is missing, which ${this.#method} needs`);
    }
    if (!types.includes(tensor.dataType)) {
      throw this.error(tensor, `has the type ${tensor.dataType}; ${this.#method} stores ${types.join(', ')}`);
    }
    return tensor;
  }

  /** {@link get} for a matrix; extents that must be whole and at least 1. */
  matrix(
    suffix: string,
    types: readonly StoredDataType[],
  ): StoredTensor & { shape: readonly [number, number] } {
    const tensor = this.get(suffix, types);
    if (tensor.shape.length !== 2 || tensor.shape.some((extent) => extent < 1)) {
      throw this.error(tensor, `has the shape [${tensor.shape}], not that of a matrix`);
    }
    return tensor as StoredTensor & { shape: readonly [number, number] };
  }

  /** Uses tensors that are no part of the weights, such as scales of activations. */
  skip(...suffixes: readonly string[]): void {
    for (const suffix of suffixes) this.find(suffix);
  }

  /** @throws {InvalidFileError} when the shape is none of `shapes` */
  checkShape(tensor: StoredTensor, ...shapes: readonly (readonly number[])[]): void {
    const found = String(tensor.shape);
    if (shapes.some((shape) => String(shape) === found && shape.length === tensor.shape.length)) return;
    const wanted = shapes.map((shape) => `[${shape}]`).join(' or ');
    throw this.error(tensor, `has the shape [${found}], not ${wanted}`);
  }

  read(tensor: StoredTensor, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#stored.read(tensor.name, signal);
  }

  async readWords(tensor: StoredTensor, signal?: AbortSignal): Promise<Uint32Array> {
    const bytes = aligned(await this.read(tensor, signal), 4);
    return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  }

  /** Scales as float32. @throws {InvalidFileError} when one is not finite */
  async readFloats(tensor: StoredTensor, signal?: AbortSignal): Promise<Float32Array<ArrayBuffer>> {
    const values = toFloats(tensor.dataType, await this.read(tensor, signal));
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad !== -1) throw this.error(tensor, `has ${values[bad]} as scale ${bad}`);
    return values;
  }

  error(tensor: { readonly name: string }, problem: string): InvalidFileError {
    return this.#error(tensor.name, problem);
  }

  #error(name: string, problem: string): InvalidFileError {
    return new InvalidFileError({ file: this.#file }, `tensor ${name} ${problem}`);
  }
}
