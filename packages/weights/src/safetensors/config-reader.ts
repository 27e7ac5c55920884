import { InvalidFileError, UnsupportedError } from '@llamella/spec';
import { isObject } from './parse-json.ts';

/** Reads keys of a config.json with checks; every error names the file and the key. `null` counts as absent. */
export class ConfigReader {
  readonly file: string;
  /** What errors put before a key, such as `text_config.`. */
  readonly prefix: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(file: string, values: Readonly<Record<string, unknown>>, prefix = '') {
    this.file = file;
    this.prefix = prefix;
    this.#values = values;
  }

  get keys(): readonly string[] {
    return Object.keys(this.#values);
  }

  /** The value of a key, `undefined` for an absent one. */
  value(key: string): unknown {
    return Object.hasOwn(this.#values, key) ? (this.#values[key] ?? undefined) : undefined;
  }

  has(key: string): boolean {
    return this.value(key) !== undefined;
  }

  invalid(key: string, problem: string): InvalidFileError {
    return new InvalidFileError({ file: this.file }, `${this.prefix}${key} ${problem}`);
  }

  unsupported(key: string, advice = 'use another model'): UnsupportedError {
    const value = JSON.stringify(this.value(key)) ?? 'nothing';
    return new UnsupportedError(`${this.file}: ${this.prefix}${key} ${value.slice(0, 80)}`, advice);
  }

  text(key: string): string | undefined {
    const value = this.value(key);
    if (value === undefined || typeof value === 'string') return value;
    throw this.invalid(key, 'is not a string');
  }

  flag(key: string): boolean {
    const value = this.value(key) ?? false;
    if (typeof value === 'boolean') return value;
    throw this.invalid(key, 'is neither true nor false');
  }

  /** A positive finite number, or `undefined` when the key is absent. */
  positive(key: string): number | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
    throw this.invalid(key, `is ${(JSON.stringify(value) ?? '').slice(0, 80)}, not a positive number`);
  }

  requiredPositive(key: string): number {
    const value = this.positive(key);
    if (value === undefined) throw this.invalid(key, 'is missing');
    return value;
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

  /** A list, one entry per layer or frequency, or `undefined` when the key is absent. */
  list(key: string, length: number): readonly unknown[] | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.length === length) return value;
    throw this.invalid(key, `is not a list of ${length} entries`);
  }

  /** The object under a key, or `undefined` when the key is absent or the object empty. */
  object(key: string): ConfigReader | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (!isObject(value)) throw this.invalid(key, 'is not an object');
    if (Object.keys(value).length === 0) return undefined;
    return new ConfigReader(this.file, value, `${this.prefix}${key}.`);
  }
}
