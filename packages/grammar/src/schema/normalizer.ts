import { UnsupportedError } from '@llamella/spec';
import { accepts, TooLarge } from '../dfa.ts';
import { dfaOfPattern } from '../dfa-of-node.ts';
import { itemAt } from './array-constraint.ts';
import {
  type Atom,
  anyAtoms,
  bothAtoms,
  type Condition,
  type Conditions,
  keyOf,
  notAtom,
  notCondition,
  schemaCondition,
} from './atoms.ts';
import { checkKeywords, KeywordReader, type SchemaObject } from './keywords.ts';
import { isEmptyNumber } from './number-constraint.ts';
import { type ObjectConstraint, oneProperty } from './object-constraint.ts';
import { type JsonSchema, SchemaDocument, type SchemaPlace } from './schema-document.ts';
import { invalidSchema, unsupportedKeyword } from './schema-error.ts';
import { isEmptyString } from './string-constraint.ts';
import { TypedReader } from './typed-reader.ts';

const mostAtoms = 5000;
const mostStructuredValues = 1000;
const mostDepth = 400;

/** Turns conditions on a value into the list of atoms of which one has to hold. */
export class Normalizer {
  readonly document: SchemaDocument;
  readonly #ignored: ReadonlySet<string>;
  readonly #typed: TypedReader;
  readonly #atoms = new Map<string, readonly Atom[] | 'open'>();
  #depth = 0;

  constructor(schema: unknown, ignored: Iterable<string>) {
    this.document = new SchemaDocument(schema);
    this.#ignored = new Set(ignored);
    this.#typed = new TypedReader(this.#ignored);
  }

  /** @throws {UnsupportedError | InvalidArgumentError} naming the keyword and its place */
  atoms(conditions: Conditions): readonly Atom[] {
    const key = keyOf(conditions);
    const known = this.#atoms.get(key);
    if (known === 'open') {
      const place = conditions.find((condition) => 'place' in condition)?.place;
      throw invalidSchema(place?.pointer ?? '', 'the schema refers to itself at once');
    }
    if (known !== undefined) return known;
    this.#atoms.set(key, 'open');
    if (++this.#depth > mostDepth)
      throw new UnsupportedError(
        `A schema with more than ${mostDepth} applicators inside each other`,
        'name parts of it with $defs',
      );
    try {
      let atoms = anyAtoms;
      for (const condition of conditions) atoms = this.#product(atoms, this.#single(condition));
      this.#atoms.set(key, atoms);
      return atoms;
    } finally {
      this.#depth--;
      if (this.#atoms.get(key) === 'open') this.#atoms.delete(key);
    }
  }

  /** Whether no value meets the conditions, as far as this is seen in a few levels. */
  isNever(conditions: Conditions, depth = 6): boolean {
    if (depth === 0 || this.#atoms.get(keyOf(conditions)) === 'open') return false;
    return this.atoms(conditions).every((atom) => this.#isEmpty(atom, depth - 1));
  }

  #isEmpty(atom: Atom, depth: number): boolean {
    try {
      if (atom.type === 'number') return isEmptyNumber(atom.constraint);
      if (atom.type === 'string') return isEmptyString(atom.constraint);
    } catch (error) {
      if (error instanceof TooLarge) return false;
      throw error;
    }
    if (atom.type === 'array') {
      const { min, prefix } = atom.constraint;
      for (let index = 0; index < Math.min(min, prefix.length + 1); index++)
        if (this.isNever(itemAt(atom.constraint, index), depth)) return true;
    }
    if (atom.type === 'object')
      for (const key of atom.constraint.required)
        if (this.isNever(this.valueOf(atom.constraint, key), depth)) return true;
    return false;
  }

  /** What the value of a property has to be. */
  valueOf({ layers }: ObjectConstraint, key: string): Conditions {
    return layers.flatMap((layer) => {
      const found = layer.patterns.filter((pattern) => accepts(dfaOfPattern(pattern.node), key));
      const own = layer.properties.get(key);
      const patterned = found.flatMap(({ value }) => value);
      return own !== undefined ? [...own, ...patterned] : found.length > 0 ? patterned : layer.additional;
    });
  }

  #product(left: readonly Atom[], right: readonly Atom[]): readonly Atom[] {
    if (left === anyAtoms) return right;
    if (right === anyAtoms) return left;
    const result: Atom[] = [];
    for (const first of left)
      for (const second of right) {
        const both = bothAtoms(first, second);
        if (both !== undefined) result.push(both);
        if (result.length > mostAtoms)
          throw new UnsupportedError(
            `A schema with more than ${mostAtoms} combinations of its branches`,
            'use fewer anyOf, oneOf and if together',
          );
      }
    return result;
  }

  #single(condition: Condition): readonly Atom[] {
    if ('not' in condition)
      return this.atoms(condition.not).reduce((rest, atom) => this.#product(rest, notAtom(atom)), anyAtoms);
    const { place } = condition;
    if (typeof place.schema === 'boolean') return place.schema ? anyAtoms : [];
    return this.#object(place, place.schema);
  }

  #object(place: SchemaPlace, schema: SchemaObject): readonly Atom[] {
    const { pointer } = place;
    checkKeywords(schema, pointer, this.#ignored);
    const read = new KeywordReader(schema, pointer);
    const child = (...path: (string | number)[]): Conditions => [
      schemaCondition(this.document.child(place, ...path)),
    ];
    let atoms = this.#typed.atoms(read, child);
    const also = (next: readonly Atom[]): void => {
      atoms = this.#product(atoms, next);
    };
    const { enumeration, constant } = { enumeration: read.list('enum'), constant: read.has('const') };
    if (enumeration !== undefined) also(this.#values(enumeration, `${pointer}/enum`));
    if (constant) also(this.#values([read.get('const')], `${pointer}/const`));
    const reference = read.text('$ref');
    if (reference !== undefined) also(this.atoms([schemaCondition(this.document.resolve(reference, place))]));
    const branches = (keyword: string): Conditions[] | undefined => {
      const list = read.list(keyword);
      if (list?.length === 0) throw read.fault(keyword, 'an array that is not empty');
      return list?.map((_, at) => child(keyword, at));
    };
    for (const part of branches('allOf') ?? []) also(this.atoms(part));
    const any = branches('anyOf');
    if (any !== undefined) also(any.flatMap((part) => this.atoms(part)));
    const one = branches('oneOf');
    if (one !== undefined) also(this.#oneOf(one, atoms, pointer));
    if (read.has('not')) also(this.atoms([notCondition(child('not'))]));
    if (read.has('if')) {
      const when = child('if');
      const then = read.has('then') ? child('then') : [];
      const otherwise = read.has('else') ? child('else') : [];
      if (then.length + otherwise.length > 0)
        also([...this.atoms([...when, ...then]), ...this.atoms([notCondition(when), ...otherwise])]);
    }
    for (const [key, keys] of Object.entries(read.map('dependentRequired') ?? {})) {
      if (!Array.isArray(keys) || keys.some((item) => typeof item !== 'string'))
        throw read.fault('dependentRequired', 'an object of arrays of strings');
      also(this.#unlessPresent(key, pointer, [this.#requires([key, ...keys], pointer)]));
    }
    for (const key of Object.keys(read.map('dependentSchemas') ?? {}))
      also(
        this.#unlessPresent(
          key,
          pointer,
          this.#product([this.#requires([key], pointer)], this.atoms(child('dependentSchemas', key))),
        ),
      );
    return atoms;
  }

  /** Anything but an object with the key, or what has to hold when it is there. */
  #unlessPresent(key: string, pointer: string, present: readonly Atom[]): Atom[] {
    const absent: Atom = { type: 'object', constraint: oneProperty(key, [notCondition([])], false, pointer) };
    return [
      ...anyAtoms.filter(({ type }) => type !== 'object'),
      absent,
      ...present.filter(({ type }) => type === 'object'),
    ];
  }

  #requires(keys: readonly string[], pointer: string): Atom {
    return { type: 'object', constraint: { ...emptyObject, required: new Set(keys), pointer } };
  }

  #oneOf(branches: readonly Conditions[], context: readonly Atom[], pointer: string): readonly Atom[] {
    const atoms = branches.map((branch) => this.#product(context, this.atoms(branch)));
    const overlaps = (first: number, second: number): boolean =>
      this.#product(atoms[first]!, atoms[second]!).some((atom) => !this.#isEmpty(atom, 6));
    const others: number[][] = branches.map(() => []);
    for (let first = 0; first < branches.length; first++)
      for (let second = first + 1; second < branches.length; second++)
        if (overlaps(first, second)) {
          others[first]!.push(second);
          others[second]!.push(first);
        }
    return branches.flatMap((branch, at) => {
      if (others[at]!.length === 0) return atoms[at]!;
      try {
        return this.atoms([...branch, ...others[at]!.map((other) => notCondition(branches[other]!))]);
      } catch (error) {
        if (!UnsupportedError.isInstance(error) || error.code !== 'unsupported') throw error;
        throw unsupportedKeyword(
          'oneOf',
          pointer,
          `branches ${at} and ${others[at]![0]} can hold together (${error.message}); use anyOf`,
        );
      }
    });
  }

  #values(values: readonly unknown[], pointer: string): Atom[] {
    const result: Atom[] = [];
    const numbers = values.filter((value) => typeof value === 'number');
    const texts = values.filter((value) => typeof value === 'string');
    if (numbers.length > 0)
      result.push({
        type: 'number',
        constraint: {
          multiples: [],
          excluded: [],
          values: [...new Set(numbers.map((value) => (value === 0 ? 0 : value)))],
        },
      });
    if (texts.length > 0)
      result.push({
        type: 'string',
        constraint: {
          min: 0,
          max: Number.POSITIVE_INFINITY,
          patterns: [],
          excluded: [],
          values: [...new Set(texts)],
        },
      });
    const structured = values.filter((value) => typeof value === 'object' && value !== null);
    if (structured.length > mostStructuredValues)
      throw unsupportedKeyword(
        'enum',
        pointer.replace(/\/enum$/, ''),
        `more than ${mostStructuredValues} arrays and objects`,
      );
    for (const value of values) {
      if (value === null) result.push({ type: 'null' });
      else if (typeof value === 'boolean') result.push({ type: value ? 'true' : 'false' });
      else if (typeof value === 'object')
        result.push(...this.atoms([schemaCondition(this.document.invent(schemaOfValue(value), pointer))]));
    }
    return result;
  }
}

const emptyObject: ObjectConstraint = (anyAtoms[6] as Atom & { type: 'object' }).constraint;

function schemaOfValue(value: object): JsonSchema {
  if (Array.isArray(value))
    return {
      type: 'array',
      prefixItems: value.map((item) => ({ const: item })),
      items: false,
      minItems: value.length,
    };
  const entries = Object.entries(value);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([key, item]) => [key, { const: item }])),
    required: entries.map(([key]) => key),
    additionalProperties: false,
  };
}
