import { InvalidFileError, UnsupportedError } from '@llamella/spec';
import { type GgufValue, isGgufArray } from './gguf-value.ts';

/** Reads keys of one architecture with checks; every error names the file and the key. */
export class MetadataReader {
  readonly file: string;
  readonly #metadata: ReadonlyMap<string, GgufValue>;

  constructor(file: string, metadata: ReadonlyMap<string, GgufValue>) {
    this.file = file;
    this.#metadata = metadata;
  }

  has(key: string): boolean {
    return this.#metadata.has(key);
  }

  invalid(key: string, problem: string): InvalidFileError {
    return new InvalidFileError({ file: this.file }, `metadata key ${key} ${problem}`);
  }

  invalidTensor(name: string, problem: string): InvalidFileError {
    return new InvalidFileError({ file: this.file }, `tensor ${name} ${problem}`);
  }

  unsupported(feature: string, advice: string): UnsupportedError {
    return new UnsupportedError(`${this.file}: ${feature}`, advice);
  }

  string(key: string): string | undefined {
    const value = this.#metadata.get(key);
    if (value === undefined || typeof value === 'string') return value;
    throw this.invalid(key, 'is not a string');
  }

  boolean(key: string): boolean | undefined {
    const value = this.#metadata.get(key);
    if (value === undefined || typeof value === 'boolean') return value;
    throw this.invalid(key, 'is not a boolean');
  }

  /** A list of `length` booleans, or `undefined` when the key is absent or no list. */
  booleans(key: string, length: number): readonly boolean[] | undefined {
    const value = this.#metadata.get(key);
    if (value === undefined || !isGgufArray(value)) return undefined;
    // An empty list may be one of strings as well.
    if (value.length !== length || typeof value[0] !== 'boolean') {
      throw this.invalid(key, `is no list of ${length} booleans`);
    }
    return value as readonly boolean[];
  }

  /** A finite number, or `undefined` when the key is absent. */
  number(key: string): number | undefined {
    const value = this.#scalar(key);
    if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value;
    throw this.invalid(key, `is ${String(value)}, not a number`);
  }

  /** A positive finite number, or `undefined` when the key is absent or 0, which says that there is none. */
  positiveUnlessZero(key: string): number | undefined {
    return this.#metadata.get(key) === 0 ? undefined : this.positive(key);
  }

  /** A positive finite number, or `undefined` when the key is absent. */
  positive(key: string): number | undefined {
    const value = this.#scalar(key);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
    throw this.invalid(key, `is ${String(value)}, not a positive number`);
  }

  /** A positive 31-bit integer, or `undefined` when the key is absent. */
  count(key: string): number | undefined {
    const value = this.positive(key);
    if (value === undefined || (Number.isInteger(value) && value < 2 ** 31)) return value;
    throw this.invalid(key, `is ${value}, not a 31-bit integer`);
  }

  requiredCount(key: string): number {
    const value = this.count(key);
    if (value === undefined) throw this.invalid(key, 'is missing');
    return value;
  }

  /** Counts that some architectures state per layer are accepted when all layers agree. */
  #scalar(key: string): GgufValue | undefined {
    const value = this.#metadata.get(key);
    if (value === undefined || !isGgufArray(value)) return value;
    const first = value[0];
    if (first === undefined) throw this.invalid(key, 'is an empty array');
    for (const entry of value) {
      if (entry !== first) throw this.unsupported(`${key} that differs between layers`, 'use another model');
    }
    return typeof first === 'bigint' ? Number(first) : first;
  }
}
