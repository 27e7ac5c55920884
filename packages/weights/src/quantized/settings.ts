import { InvalidFileError } from '@llamella/spec';
import { ConfigReader } from '../safetensors/config-reader.ts';
import { isObject } from '../safetensors/parse-json.ts';

const most = 2 ** 24;

/** Reads keys of the configuration of a quantization. */
export class Settings extends ConfigReader {
  /** What errors about tensors call the model. */
  readonly model: string;

  constructor(value: unknown, file: string, model: string, prefix = '') {
    if (!isObject(value)) throw new InvalidFileError({ file }, 'the quantization is not an object');
    super(file, value, prefix);
    this.model = model;
  }

  /** A whole number from `least` to 2^24, or `undefined` when the key is absent. */
  integer(key: string, least: number): number | undefined {
    const value = this.value(key);
    if (value === undefined || isWhole(value, least)) return value;
    throw this.invalid(key, `is not a whole number from ${least}`);
  }

  /** Inputs per scale: a number from 1 on, or -1 for all. */
  group(key: string): number | undefined {
    const value = this.integer(key, -1);
    if (value === 0) throw this.invalid(key, 'is 0, not a number of inputs or -1');
    return value;
  }

  override object(key: string): Settings | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (!isObject(value)) throw this.invalid(key, 'is not an object');
    return new Settings(value, this.file, this.model, `${this.prefix}${key}.`);
  }

  /** A list of strings, empty when the key is absent. */
  texts(key: string): readonly string[] {
    const value = this.value(key) ?? [];
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    throw this.invalid(key, 'is not a list of strings');
  }

  /** Rows and columns of a block, also as `128x128`. */
  block(key: string): readonly [number, number] | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    const numbers: unknown = typeof value === 'string' ? value.split('x').map(Number) : value;
    if (Array.isArray(numbers) && numbers.length === 2) {
      const [rows, columns]: readonly unknown[] = numbers;
      if (isWhole(rows, 1) && isWhole(columns, 1)) return [rows, columns];
    }
    throw this.invalid(key, 'is not a number of rows and one of columns');
  }
}

function isWhole(value: unknown, least: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}
