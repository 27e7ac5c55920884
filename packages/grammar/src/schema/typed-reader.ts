import type { Node } from '../grammar-node.ts';
import { parseRegex } from '../regex.ts';
import { RegexFault } from '../regex-error.ts';
import { type Atom, anyAtoms, type Conditions } from './atoms.ts';
import { formatNamed } from './formats.ts';
import type { KeywordReader } from './keywords.ts';
import type { Bound } from './number-constraint.ts';
import type { PropertyLayer } from './object-constraint.ts';
import { invalidSchema, unsupportedKeyword } from './schema-error.ts';
import type { StringPattern } from './string-constraint.ts';

const types = ['null', 'boolean', 'number', 'integer', 'string', 'array', 'object'];
const inPlace = ['$ref', 'allOf', 'anyOf', 'oneOf', 'if', 'dependentSchemas'];

/** The condition of the schema at a path below the one that is read. */
export type Child = (...path: (string | number)[]) => Conditions;

/** Reads the keywords that speak of one JSON type. */
export class TypedReader {
  readonly #ignored: ReadonlySet<string>;
  readonly #regexes = new Map<string, Node>();

  constructor(ignored: ReadonlySet<string>) {
    this.#ignored = ignored;
  }

  /** The atoms of the types that a schema allows, with the keywords of each type. */
  atoms(read: KeywordReader, child: Child): readonly Atom[] {
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
    const object = this.#properties(read, child);
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
    const { pointer } = read;
    const pattern = read.text('pattern');
    if (pattern !== undefined)
      patterns.push({
        node: this.#regex(pattern, 'pattern', pointer),
        is: true,
        keyword: 'pattern',
        pointer,
      });
    const format = read.text('format');
    if (format !== undefined && !this.#ignored.has(`format:${format}`)) {
      const { pattern: source, written, mostWritten, not, maxLength } = formatNamed(format, pointer);
      const node = (text: string): Node => this.#regex(text, 'format', pointer);
      const shared = { keyword: 'format', pointer };
      patterns.push({
        ...shared,
        node: node(source),
        is: true,
        written: { node: node(written), max: mostWritten },
      });
      if (not !== undefined) patterns.push({ ...shared, node: node(not), is: false });
      max = Math.min(max, maxLength ?? max);
    }
    if (min === 0 && max === Number.POSITIVE_INFINITY && patterns.length === 0) return anyAtoms[4]!;
    return { type: 'string', constraint: { min, max, patterns, excluded: [] } };
  }

  #array(read: KeywordReader, child: Child): Atom {
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
    child: Child,
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

  #properties(read: KeywordReader, child: Child): Atom {
    const { pointer } = read;
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
}

/** `true` and `{}` say nothing. */
function trivial(conditions: Conditions): Conditions {
  return conditions.filter((condition) => {
    if (!('place' in condition)) return true;
    const { schema } = condition.place;
    return schema !== true && (typeof schema === 'boolean' || Object.keys(schema).length > 0);
  });
}
