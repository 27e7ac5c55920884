import { pointsOf } from './text.ts';
import { Dict, fail, Loop, Sequence, typeName, Undefined, type Value } from './values.ts';

/** Bounds on one run of a template. */
export interface Bounds {
  readonly steps: number;
  readonly outputLength: number;
}

/** A template would use more than it may; unlike other failures, its message names a limit. */
export class LimitError extends Error {}

const READ_PER_STEP = 64;
const MADE_PER_STEP = 64;
const ENTRIES_PER_STEP = 8;
/** Memory of an entry of a list, in characters. */
const ENTRY_LENGTH = 8;

/** Counts the work of one run, and stops it at its bounds. */
export class Budget {
  private readonly bounds: Bounds;
  private steps = 0;

  constructor(bounds: Bounds) {
    this.bounds = bounds;
  }

  spend(steps: number): void {
    this.steps += steps;
    if (!(this.steps <= this.bounds.steps))
      throw new LimitError(`took more than ${this.bounds.steps} steps, the limit for one conversation`);
  }

  /** Before a text of this length is read through. */
  read(length: number): void {
    this.spend(length / READ_PER_STEP);
  }

  /** Before `part` is looked for in `text`, which can take time with the product of their lengths. */
  search(text: string, part: string): void {
    this.read(text.length * (1 + part.length / 8));
  }

  /** Before a text of this length is made. */
  text(length: number): void {
    this.fits(length);
    this.spend(length / MADE_PER_STEP);
  }

  fits(length: number): void {
    if (!(length <= this.bounds.outputLength))
      throw new LimitError(`makes a text or list longer than ${this.bounds.outputLength}, the limit`);
  }

  /** Before a list of this length is made. */
  list(length: number): void {
    this.fits(length * ENTRY_LENGTH);
    this.spend(length / ENTRIES_PER_STEP);
  }

  /** Concatenation, which the engine does in constant time most often. */
  concat(left: string, right: string): string {
    this.text(Math.min(left.length, right.length));
    this.fits(left.length + right.length);
    return left + right;
  }

  join(parts: readonly string[], separator = ''): string {
    let length = separator.length * Math.max(0, parts.length - 1);
    for (const part of parts) length += part.length;
    this.text(length);
    return parts.join(separator);
  }

  replace(text: string, old: string, replacement: string, count = -1): string {
    this.search(text, old);
    if (old === '') {
      const points = pointsOf(text);
      this.list(points.length);
      const parts = ['', ...points];
      const limit = count < 0 ? parts.length : Math.min(count, parts.length);
      const head = parts.slice(0, limit).map((part) => part + replacement);
      const rest = parts.slice(limit).join('');
      // Python puts the replacement before each character and at the end.
      return this.join([...head, rest]);
    }
    const parts = text.split(old);
    this.list(parts.length);
    if (count >= 0 && parts.length > count + 1) parts.push(parts.splice(count).join(old));
    return this.join(parts, replacement);
  }

  /** The entries that Python iterates over. A generator is empty afterwards. */
  iterate(value: Value): readonly Value[] {
    let items: readonly Value[];
    if (Array.isArray(value)) items = value;
    else if (typeof value === 'string') {
      this.list(value.length);
      items = pointsOf(value);
    } else if (value instanceof Dict) {
      this.list(value.size);
      items = [...value.keys()];
    } else if (value instanceof Sequence) {
      items = value.items;
      if (value.kind === 'generator') value.items = [];
    } else if (value instanceof Undefined) items = [];
    else if (value instanceof Loop) items = value.items;
    else return fail(`'${typeName(value)}' object is not iterable`);
    this.spend(items.length / ENTRIES_PER_STEP);
    return items;
  }
}
