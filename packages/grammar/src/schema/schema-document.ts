import { escapeToken, invalidSchema, unsupportedKeyword } from './schema-error.ts';

/** A JSON schema as it is parsed. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

/** A schema inside a document, where it stands, and the address that its references start from. */
export interface SchemaPlace {
  readonly id: number;
  readonly schema: JsonSchema;
  readonly pointer: string;
  readonly base: string;
}

const single = [
  'additionalProperties',
  'contains',
  'contentSchema',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
];
const lists = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const maps = ['$defs', 'definitions', 'dependentSchemas', 'patternProperties', 'properties'];
const mostSchemas = 100_000;
const noAddress = 'schema:/';

export const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'boolean' || (typeof value === 'object' && value !== null && !Array.isArray(value));

/** A schema document: every schema in it by its place, and what its references mean. */
export class SchemaDocument {
  readonly root: SchemaPlace;
  readonly #places = new Map<object, SchemaPlace>();
  readonly #resources = new Map<string, SchemaPlace>();
  readonly #anchors = new Map<string, SchemaPlace>();
  #count = 0;

  /** @throws {InvalidArgumentError} for what is not a schema, or names an address or anchor twice */
  constructor(schema: unknown) {
    if (!isSchema(schema)) throw invalidSchema('', 'a schema is an object, true or false');
    this.root = this.#walk(schema, '', noAddress);
    this.#resources.set(noAddress, this.root);
  }

  /** The schema under a keyword. @throws {InvalidArgumentError} when it is none */
  child(place: SchemaPlace, ...path: readonly (string | number)[]): SchemaPlace {
    const schema = path.reduce<unknown>(
      (value, key) => (value as Record<string, unknown>)[key],
      place.schema,
    );
    const pointer = path.reduce<string>(
      (value, key) => `${value}/${escapeToken(String(key))}`,
      place.pointer,
    );
    return this.#placeOf(schema, pointer, place.base);
  }

  /** A schema that stands nowhere in the document, such as the one for a `const`. */
  invent(schema: JsonSchema, pointer: string): SchemaPlace {
    return { id: this.#count++, schema, pointer, base: noAddress };
  }

  #placeOf(schema: unknown, pointer: string, base: string): SchemaPlace {
    if (!isSchema(schema)) throw invalidSchema(pointer, 'a schema is an object, true or false');
    if (typeof schema === 'boolean') return this.invent(schema, pointer);
    const known = this.#places.get(schema);
    if (known !== undefined) return known;
    return this.#walk(schema, pointer, base);
  }

  /** Finds what a `$ref` means. */
  resolve(reference: string, from: SchemaPlace): SchemaPlace {
    let address: URL;
    try {
      address = new URL(reference, from.base);
    } catch {
      throw invalidSchema(`${from.pointer}/$ref`, `"${reference}" is not a reference`);
    }
    let fragment: string;
    try {
      fragment = decodeURIComponent(address.hash.slice(1));
    } catch {
      throw invalidSchema(`${from.pointer}/$ref`, `"${reference}" is not a reference`);
    }
    address.hash = '';
    const resource = this.#resources.get(address.href);
    if (resource === undefined)
      throw unsupportedKeyword(
        '$ref',
        from.pointer,
        `"${reference}" is not in this document; put it under $defs`,
      );
    if (fragment === '') return resource;
    if (!fragment.startsWith('/')) {
      const anchor = this.#anchors.get(`${address.href}#${fragment}`);
      if (anchor === undefined)
        throw invalidSchema(`${from.pointer}/$ref`, `there is no anchor "${reference}"`);
      return anchor;
    }
    let value: unknown = resource.schema;
    let base = resource.base;
    for (const token of fragment.slice(1).split('/')) {
      const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
      const holder = value as Record<string, unknown> | null;
      if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, key))
        throw invalidSchema(`${from.pointer}/$ref`, `there is nothing at "${reference}"`);
      value = holder[key];
      base = this.#places.get(value as object)?.base ?? base;
    }
    return this.#placeOf(value, resource.pointer + fragment, base);
  }

  /** Registers a schema and all in it, without recursion, so that depth has no limit here. */
  #walk(schema: JsonSchema, pointer: string, base: string): SchemaPlace {
    const first = this.#register(schema, pointer, base);
    const queue = [first];
    for (const place of queue) {
      if (typeof place.schema === 'boolean') continue;
      const add = (value: unknown, path: string): void => {
        if (!isSchema(value) || typeof value === 'boolean' || this.#places.has(value)) return;
        if (this.#places.size >= mostSchemas)
          throw invalidSchema(place.pointer, `a document may hold ${mostSchemas} schemas`);
        queue.push(this.#register(value, place.pointer + path, place.base));
      };
      for (const keyword of single) add(place.schema[keyword], `/${keyword}`);
      for (const keyword of lists) {
        const value = place.schema[keyword];
        if (Array.isArray(value)) for (const [at, item] of value.entries()) add(item, `/${keyword}/${at}`);
      }
      for (const keyword of maps) {
        const value = place.schema[keyword];
        if (typeof value === 'object' && value !== null && !Array.isArray(value))
          for (const [key, item] of Object.entries(value)) add(item, `/${keyword}/${escapeToken(key)}`);
      }
    }
    return first;
  }

  #register(schema: JsonSchema, pointer: string, base: string): SchemaPlace {
    let address = base;
    const given = typeof schema === 'boolean' ? {} : schema;
    const text = (keyword: string): string | undefined => {
      const value = given[keyword];
      if (value !== undefined && typeof value !== 'string')
        throw invalidSchema(`${pointer}/${keyword}`, 'must be a string');
      return value;
    };
    const id = text('$id');
    if (id !== undefined) {
      try {
        const url = new URL(id, base);
        url.hash = '';
        address = url.href;
      } catch {
        throw invalidSchema(`${pointer}/$id`, `"${id}" is not an address`);
      }
    }
    const place: SchemaPlace = { id: this.#count++, schema, pointer, base: address };
    if (typeof schema !== 'boolean') this.#places.set(schema, place);
    if (id !== undefined) this.#name(this.#resources, address, place, '$id');
    for (const keyword of ['$anchor', '$dynamicAnchor']) {
      const anchor = text(keyword);
      if (anchor !== undefined) this.#name(this.#anchors, `${address}#${anchor}`, place, keyword);
    }
    return place;
  }

  #name(names: Map<string, SchemaPlace>, name: string, place: SchemaPlace, keyword: string): void {
    if (names.has(name)) throw invalidSchema(`${place.pointer}/${keyword}`, `"${name}" names two schemas`);
    names.set(name, place);
  }
}
