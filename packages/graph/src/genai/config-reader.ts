import { InvalidFileError } from '@llamella/spec';

/** Reads the values of one object of a JSON document, and names the place of a value that cannot be used. */
export class ConfigReader {
  readonly #file: string;
  readonly #path: string;
  readonly #values: ReadonlyMap<string, unknown>;

  /** @throws {InvalidFileError} when `value` is no object */
  constructor(file: string, path: string, value: unknown) {
    this.#file = file;
    this.#path = path;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new InvalidFileError({ file }, `${path === '' ? 'the document' : path} must be an object`);
    }
    this.#values = new Map(Object.entries(value));
  }

  /** @throws {InvalidFileError} when there is a key that is none of these */
  allow(keys: readonly string[]): void {
    for (const key of this.#values.keys()) {
      if (keys.includes(key)) continue;
      throw new InvalidFileError({ file: this.#file }, `unknown key ${this.#name(key)}`);
    }
  }

  has(key: string): boolean {
    const value = this.#values.get(key);
    return value !== undefined && value !== null;
  }

  keys(): string[] {
    return [...this.#values.keys()];
  }

  object(key: string): ConfigReader {
    return new ConfigReader(this.#file, this.#name(key), this.#values.get(key) ?? {});
  }

  raw(key: string): unknown {
    return this.#values.get(key);
  }

  string(key: string, otherwise: string): string {
    if (!this.has(key)) return otherwise;
    const value = this.#values.get(key);
    if (typeof value !== 'string') throw this.problem(key, 'must be a string');
    return value;
  }

  boolean(key: string, otherwise: boolean): boolean {
    if (!this.has(key)) return otherwise;
    const value = this.#values.get(key);
    if (typeof value !== 'boolean') throw this.problem(key, 'must be true or false');
    return value;
  }

  number(key: string, otherwise: number): number {
    if (!this.has(key)) return otherwise;
    const value = this.#values.get(key);
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.problem(key, 'must be a number');
    return value;
  }

  /** A whole number from `least` to 2^31 - 1; without `otherwise` it must be there. */
  integer(key: string, least: number, otherwise?: number): number {
    if (!this.has(key) && otherwise !== undefined) return otherwise;
    return this.#integer(this.#values.get(key), key, least);
  }

  /** One whole number, or a list of them; `[]` where there is none. */
  integers(key: string, least: number): number[] {
    if (!this.has(key)) return [];
    const value = this.#values.get(key);
    return (Array.isArray(value) ? value : [value]).map((each) => this.#integer(each, key, least));
  }

  problem(key: string, text: string): InvalidFileError {
    return new InvalidFileError({ file: this.#file }, `${this.#name(key)} ${text}`);
  }

  #integer(value: unknown, key: string, least: number): number {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value < 2 ** 31)
      return value;
    const range = least <= -(2 ** 31) ? '' : ` of at least ${least}`;
    throw this.problem(key, value === undefined ? 'is missing' : `must be a whole number${range}`);
  }

  #name(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`;
  }
}
