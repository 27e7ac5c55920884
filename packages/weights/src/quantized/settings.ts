import { InvalidFileError } from '@llamella/spec';

/** A JSON object of a configuration; every error names the file and the way to the value. */
export class Settings {
  /** What errors call the file. */
  readonly file: string;
  /** What errors about tensors call the model. */
  readonly model: string;
  readonly #path: string;
  readonly #values: Readonly<Record<string, unknown>>;

  /** @param path the way to the object inside the file, empty for the whole */
  constructor(value: unknown, file: string, model: string, path = '') {
    this.file = file;
    this.model = model;
    this.#path = path;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new InvalidFileError({ file }, `${path || 'the quantization'} is ${show(value)}, not an object`);
    }
    this.#values = value as Record<string, unknown>;
  }

  /** Names of all entries. */
  get keys(): readonly string[] {
    return Object.keys(this.#values);
  }

  /** Whether there is a value and it is not null. */
  has(key: string): boolean {
    return this.#get(key) !== undefined;
  }

  string(key: string): string | undefined {
    return this.#typed(key, 'string') as string | undefined;
  }

  boolean(key: string): boolean | undefined {
    return this.#typed(key, 'boolean') as boolean | undefined;
  }

  /** A whole number from `least` to 2^24. */
  integer(key: string, least: number): number | undefined {
    const value = this.#typed(key, 'number') as number | undefined;
    if (value === undefined) return undefined;
    if (!Number.isInteger(value) || value < least || value > 2 ** 24) {
      throw this.error(key, `${value}, not a whole number from ${least}`);
    }
    return value;
  }

  object(key: string): Settings | undefined {
    const value = this.#get(key);
    return value === undefined ? undefined : new Settings(value, this.file, this.model, this.#place(key));
  }

  strings(key: string): readonly string[] {
    const value = this.#get(key) ?? [];
    if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) {
      throw this.error(key, `${show(value)}, not a list of strings`);
    }
    return value as string[];
  }

  /** Two whole numbers from 1, such as rows and columns of a block. */
  pair(key: string): readonly [number, number] | undefined {
    const value = this.#get(key);
    if (value === undefined) return undefined;
    const numbers = typeof value === 'string' ? value.split('x').map(Number) : value;
    if (!Array.isArray(numbers) || numbers.length !== 2 || !numbers.every(isExtent)) {
      throw this.error(key, `${show(value)}, not two whole numbers`);
    }
    return [numbers[0] as number, numbers[1] as number];
  }

  /** @param found the value and what was wanted */
  error(key: string, found: string): InvalidFileError {
    return new InvalidFileError({ file: this.file }, `${this.#place(key)} is ${found}`);
  }

  #typed(key: string, type: 'string' | 'boolean' | 'number'): unknown {
    const value = this.#get(key);
    if (value !== undefined && typeof value !== type) throw this.error(key, `${show(value)}, not a ${type}`);
    return value;
  }

  #get(key: string): unknown {
    return Object.hasOwn(this.#values, key) ? (this.#values[key] ?? undefined) : undefined;
  }

  #place(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`;
  }
}

function isExtent(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 2 ** 24;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
