import { UnsupportedError } from '@llamella/spec';
import { accepts, TooLarge } from '../dfa.ts';
import { dfaOfPattern } from '../dfa-of-node.ts';
import type { Node } from '../node.ts';
import { parseRegex } from '../regex.ts';
import { RegexFault } from '../regex-error.ts';
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
import { formatNamed } from './formats.ts';
import { checkKeywords, KeywordReader, type SchemaObject } from './keywords.ts';
import { type Bound, isEmptyNumber } from './number-constraint.ts';
import { type ObjectConstraint, oneProperty, type PropertyLayer } from './object-constraint.ts';
import { type JsonSchema, SchemaDocument, type SchemaPlace } from './schema-document.ts';
import { invalidSchema, unsupportedKeyword } from './schema-error.ts';
import { isEmptyString, type StringPattern } from './string-constraint.ts';

const types = ['null', 'boolean', 'number', 'integer', 'string', 'array', 'object'];
const inPlace = ['$ref', 'allOf', 'anyOf', 'oneOf', 'if', 'dependentSchemas'];
const mostAtoms = 5000;
const mostStructuredValues = 1000;
const mostDepth = 400;

/** Turns conditions on a value into the list of atoms of which one has to hold. */
export class Normalizer {
  readonly document: SchemaDocument;
  readonly #ignored: ReadonlySet<string>;
  readonly #atoms = new Map<string, readonly Atom[] | 'open'>();
  readonly #regexes = new Map<string, Node>();
  #depth = 0;

  constructor(schema: unknown, ignored: Iterable<string>) {
    this.document = new SchemaDocument(schema);
    this.#ignored = new Set(ignored);
  }

  /** @throws {UnsupportedError | InvalidArgumentError} naming the keyword and its place */
  atoms(conditions: Conditions): readonly Atom[] {
    const key = keyOf(conditions);
    const known = this.#atoms.get(key);
    if (known === 'open') {
      const place = conditions.find((condition) => 'place' in condition)?.place;
      throw invalidSchema(
        place?.pointer ?? '',
        'the schema refers to itself before it says anything of the value',
      );
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

  /** Reads an expression; equal ones are the same node. */
  #regex(pattern: string, keyword: string, pointer: string): Node {
    const known = this.#regexes.get(pattern);
    if (known !== undefined) return known;
    try {
      const node = parseRegex(pattern);
      this.#regexes.set(pattern, node);
      return node;
    } catch (error) {
      if (!(error instanceof RegexFault)) throw error;
      const why = `the expression ${JSON.stringify(pattern)} has ${error.message}`;
      throw error.unsupported
        ? unsupportedKeyword(keyword, pointer, why)
        : invalidSchema(`${pointer}/${keyword}`, why);
    }
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
    let atoms = this.#typed(place, read, child);
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

  /** The atoms of the types that a schema allows, with the keywords of each type. */
  #typed(
    place: SchemaPlace,
    read: KeywordReader,
    child: (...path: (string | number)[]) => Conditions,
  ): readonly Atom[] {
    const given = read.get('type');
    const names = given === undefined ? undefined : Array.isArray(given) ? given : [given];
    for (const name of names ?? [])
      if (!types.includes(name as string))
        throw read.fault('type', `one of ${types.join(', ')}, or several in an array`);
    const has = (name: string): boolean => names === undefined || names.includes(name);
    const integer = names !== undefined && !names.includes('number') && names.includes('integer');
    const number = this.#number(read, integer);
    const string = this.#string(read);
    const array = this.#array(read, child);
    const object = this.#properties(place, read, child);
    if (names === undefined && [number, string, array, object].every((atom) => anyAtoms.includes(atom)))
      return anyAtoms;
    const result: Atom[] = [];
    if (has('null')) result.push({ type: 'null' });
    if (has('boolean')) result.push({ type: 'true' }, { type: 'false' });
    if (has('number') || integer) result.push(number);
    if (has('string')) result.push(string);
    if (has('array') && array.type === 'array' && array.constraint.min <= array.constraint.max)
      result.push(array);
    if (has('object')) result.push(object);
    return result;
  }

  #number(read: KeywordReader, integer: boolean): Atom {
    const bound = (inclusive: string, exclusive: string, sign: number): Bound | undefined => {
      const soft = read.number(inclusive);
      const hard = read.number(exclusive);
      if (hard !== undefined && (soft === undefined || (hard - soft) * sign >= 0))
        return { value: hard, exclusive: true };
      return soft === undefined ? undefined : { value: soft, exclusive: false };
    };
    const lower = bound('minimum', 'exclusiveMinimum', 1);
    const upper = bound('maximum', 'exclusiveMaximum', -1);
    const of = read.number('multipleOf');
    if (of !== undefined && of <= 0) throw read.fault('multipleOf', 'a number above 0');
    if (!integer && lower === undefined && upper === undefined && of === undefined) return anyAtoms[3]!;
    const multiples = of === undefined ? [] : [{ of, is: true }];
    return {
      type: 'number',
      constraint: { integer: integer || undefined, lower, upper, multiples, excluded: [] },
    };
  }

  #string(read: KeywordReader): Atom {
    const min = read.count('minLength') ?? 0;
    let max = read.count('maxLength') ?? Number.POSITIVE_INFINITY;
    const patterns: StringPattern[] = [];
    const add = (keyword: string, source: string, is = true): unknown =>
      patterns.push({ node: this.#regex(source, keyword, read.pointer), is, keyword, pointer: read.pointer });
    const pattern = read.text('pattern');
    if (pattern !== undefined) add('pattern', pattern);
    const format = read.text('format');
    if (format !== undefined && !this.#ignored.has(`format:${format}`)) {
      const { pattern: source, not, maxLength } = formatNamed(format, read.pointer);
      add('format', source);
      if (not !== undefined) add('format', not, false);
      max = Math.min(max, maxLength ?? max);
    }
    if (min === 0 && max === Number.POSITIVE_INFINITY && patterns.length === 0) return anyAtoms[4]!;
    return { type: 'string', constraint: { min, max, patterns, excluded: [] } };
  }

  #array(read: KeywordReader, child: (...path: (string | number)[]) => Conditions): Atom {
    const min = read.count('minItems') ?? 0;
    const max = read.count('maxItems') ?? Number.POSITIVE_INFINITY;
    if (Array.isArray(read.get('items')))
      throw unsupportedKeyword('items', read.pointer, 'a list of schemas is prefixItems in draft 2020-12');
    const prefix = read.list('prefixItems')?.map((_, at) => child('prefixItems', at)) ?? [];
    const items = this.#rest(read, child, 'items', 'unevaluatedItems', ['contains']);
    const atLeast = read.count('minContains') ?? 1;
    const atMost = read.count('maxContains') ?? Number.POSITIVE_INFINITY;
    const value = read.has('contains') ? child('contains') : undefined;
    const counted = value !== undefined && (atLeast > 0 || atMost < Number.POSITIVE_INFINITY);
    const contains = counted ? [{ value, min: atLeast, max: atMost, from: 0, pointer: read.pointer }] : [];
    const uniqueItems = read.get('uniqueItems');
    if (uniqueItems !== undefined && typeof uniqueItems !== 'boolean')
      throw read.fault('uniqueItems', 'true or false');
    const unique = uniqueItems ? read.pointer : undefined;
    if (
      min === 0 &&
      max === Number.POSITIVE_INFINITY &&
      prefix.length === 0 &&
      items.length === 0 &&
      !counted &&
      unique === undefined
    )
      return anyAtoms[5]!;
    return { type: 'array', constraint: { prefix, items, min, max, contains, unique } };
  }

  /** `items` or `additionalProperties`; or the unevaluated form, where it means the same. */
  #rest(
    read: KeywordReader,
    child: (...path: (string | number)[]) => Conditions,
    keyword: string,
    unevaluated: string,
    blocking: readonly string[],
  ): Conditions {
    const own = read.has(keyword) ? trivial(child(keyword)) : undefined;
    if (!read.has(unevaluated)) return own ?? [];
    const schema = trivial(child(unevaluated));
    if (own !== undefined || schema.length === 0) return own ?? [];
    const other = [...inPlace, ...blocking].find((name) => read.has(name));
    if (other !== undefined)
      throw unsupportedKeyword(
        unevaluated,
        read.pointer,
        `it stands beside "${other}"; use ${keyword} in each branch`,
      );
    return schema;
  }

  #properties(
    place: SchemaPlace,
    read: KeywordReader,
    child: (...path: (string | number)[]) => Conditions,
  ): Atom {
    const { pointer } = place;
    const properties = new Map(
      Object.keys(read.map('properties') ?? {}).map((key) => [key, trivial(child('properties', key))]),
    );
    const patterns = Object.keys(read.map('patternProperties') ?? {}).map((source) => ({
      node: this.#regex(source, 'patternProperties', pointer),
      value: trivial(child('patternProperties', source)),
      pointer,
    }));
    const additional = this.#rest(read, child, 'additionalProperties', 'unevaluatedProperties', []);
    const required = new Set(read.texts('required'));
    const min = read.count('minProperties') ?? 0;
    const max = read.count('maxProperties') ?? Number.POSITIVE_INFINITY;
    const names = read.has('propertyNames') ? trivial(child('propertyNames')) : [];
    const layer: PropertyLayer = { properties, patterns, additional, pointer };
    const layers = properties.size + patterns.length + additional.length > 0 ? [layer] : [];
    if (layers.length + required.size + min + names.length === 0 && max === Number.POSITIVE_INFINITY)
      return anyAtoms[6]!;
    return { type: 'object', constraint: { layers, required, min, max, names, pointer } };
  }
}

const emptyObject: ObjectConstraint = (anyAtoms[6] as Atom & { type: 'object' }).constraint;

/** `true` and `{}` say nothing. */
function trivial(conditions: Conditions): Conditions {
  return conditions.filter((condition) => {
    if (!('place' in condition)) return true;
    const { schema } = condition.place;
    return schema !== true && (typeof schema === 'boolean' || Object.keys(schema).length > 0);
  });
}

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
