import { InvalidFileError, UnsupportedError } from '@llamella/spec';

/** A value of an untrusted file together with its place in it, so that every complaint names the key. */
export class FileNode {
  readonly value: unknown;
  readonly path: string;
  readonly file: string;

  constructor(value: unknown, path: string, file: string) {
    this.value = value;
    this.path = path;
    this.file = file;
  }

  /** @throws {InvalidFileError} always */
  fail(problem: string): never {
    throw new InvalidFileError({ file: this.file }, `${this.path || 'content'}: ${problem}`);
  }

  /** `true` when the file has no value here. */
  get absent(): boolean {
    return this.value === undefined || this.value === null;
  }

  get(key: string): FileNode {
    const record = this.record();
    const value = Object.hasOwn(record, key) ? record[key] : undefined;
    return new FileNode(value, this.path ? `${this.path}.${key}` : key, this.file);
  }

  record(): Readonly<Record<string, unknown>> {
    if (typeof this.value !== 'object' || this.absent || Array.isArray(this.value))
      this.#expected('an object');
    return this.value as Record<string, unknown>;
  }

  array(): readonly unknown[] {
    if (!Array.isArray(this.value)) this.#expected('an array');
    return this.value as unknown[];
  }

  items(): FileNode[] {
    return this.array().map((value, index) => new FileNode(value, `${this.path}[${index}]`, this.file));
  }

  /** @param fallback for files without a value here */
  string(fallback?: string): string {
    if (this.absent && fallback !== undefined) return fallback;
    if (typeof this.value !== 'string') this.#expected('a string');
    return this.value as string;
  }

  boolean(fallback = false): boolean {
    if (this.absent) return fallback;
    if (typeof this.value !== 'boolean') this.#expected('true or false');
    return this.value as boolean;
  }

  /** An integer in `[0, limit)`; a bigint, as GGUF readers give for 64-bit types, is accepted. */
  index(limit: number, fallback?: number): number {
    if (this.absent && fallback !== undefined) return fallback;
    const number = typeof this.value === 'bigint' ? Number(this.value) : this.value;
    if (!Number.isInteger(number)) this.#expected('an integer');
    if ((number as number) < 0 || (number as number) >= limit) this.fail(`${number} is not in [0, ${limit})`);
    return number as number;
  }

  /**
   * What a table has for a name.
   *
   * @param advice what to do about others
   * @throws {UnsupportedError} when it has nothing
   */
  oneOf<Value>(
    table: Readonly<Record<string, Value>>,
    fallback?: string,
    advice = `known are ${Object.keys(table).join(', ')}`,
  ): Value {
    const name = this.string(fallback);
    if (Object.hasOwn(table, name)) return table[name]!;
    return this.unsupported(advice);
  }

  /** @throws {UnsupportedError} always */
  unsupported(advice: string): never {
    throw new UnsupportedError(`${this.file}: ${this.path} ${JSON.stringify(this.value)}`, advice);
  }

  #expected(what: string): never {
    const { value } = this;
    if (value === undefined) this.fail(`${what} is missing`);
    const found = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
    this.fail(`expected ${what}, found ${found}`);
  }
}
