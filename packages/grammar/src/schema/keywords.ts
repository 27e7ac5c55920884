import { invalidSchema, unsupportedKeyword } from './schema-error.ts';

/** Keywords that say nothing about which values are valid. */
const annotations = new Set([
  '$anchor',
  '$comment',
  '$defs',
  '$dynamicAnchor',
  '$id',
  '$schema',
  'contentEncoding',
  'contentMediaType',
  'contentSchema',
  'default',
  'definitions',
  'deprecated',
  'description',
  'example',
  'examples',
  'readOnly',
  'title',
  'writeOnly',
]);

const assertions = new Set([
  '$ref',
  'additionalProperties',
  'allOf',
  'anyOf',
  'const',
  'contains',
  'dependentRequired',
  'dependentSchemas',
  'else',
  'enum',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'format',
  'if',
  'items',
  'maxContains',
  'maxItems',
  'maxLength',
  'maxProperties',
  'maximum',
  'minContains',
  'minItems',
  'minLength',
  'minProperties',
  'minimum',
  'multipleOf',
  'not',
  'oneOf',
  'pattern',
  'patternProperties',
  'prefixItems',
  'properties',
  'propertyNames',
  'required',
  'then',
  'type',
  'unevaluatedItems',
  'unevaluatedProperties',
  'uniqueItems',
]);

const elsewhere: Record<string, string> = {
  $dynamicRef: 'name the schema with $ref',
  $recursiveRef: 'name the schema with $ref',
  $vocabulary: 'leave it out',
  additionalItems: 'draft 2020-12 has prefixItems and items',
  dependencies: 'draft 2020-12 has dependentRequired and dependentSchemas',
  id: 'draft 2020-12 has $id',
  nullable: 'write "type": [..., "null"]',
};

const dialect = /^https?:\/\/json-schema\.org\/draft(?:-0[67]|\/20(?:19-09|20-12))\/schema#?$/;

export type SchemaObject = { readonly [keyword: string]: unknown };

/** Refuses every keyword that would otherwise be ignored, and values that a keyword cannot have. */
export function checkKeywords(schema: SchemaObject, pointer: string, ignored: ReadonlySet<string>): void {
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === '$schema' && !dialect.test(String(value)))
      throw unsupportedKeyword(
        '$schema',
        pointer,
        'it must be draft 2020-12 (or 2019-09, 7, 6, read as 2020-12)',
      );
    if (
      annotations.has(keyword) ||
      assertions.has(keyword) ||
      ignored.has(keyword) ||
      keyword.startsWith('x-')
    )
      continue;
    throw unsupportedKeyword(
      keyword,
      pointer,
      elsewhere[keyword] ?? 'it is not a keyword of draft 2020-12; name it in ignoreKeywords to pass over it',
    );
  }
}

/** Reads keywords of one schema and names the place when a value is not what it has to be. */
export class KeywordReader {
  readonly #schema: SchemaObject;
  readonly pointer: string;

  constructor(schema: SchemaObject, pointer: string) {
    this.#schema = schema;
    this.pointer = pointer;
  }

  has(keyword: string): boolean {
    return Object.hasOwn(this.#schema, keyword);
  }

  get(keyword: string): unknown {
    return this.has(keyword) ? this.#schema[keyword] : undefined;
  }

  fault(keyword: string, problem: string): Error {
    return invalidSchema(`${this.pointer}/${keyword}`, `${keyword} must be ${problem}`);
  }

  count(keyword: string): number | undefined {
    const value = this.get(keyword);
    if (value !== undefined && !(Number.isInteger(value) && (value as number) >= 0))
      throw this.fault(keyword, 'a whole number, 0 or more');
    if (value !== undefined && (value as number) > 1_000_000)
      throw unsupportedKeyword(keyword, this.pointer, 'counts go up to 1000000');
    return value as number | undefined;
  }

  number(keyword: string): number | undefined {
    const value = this.get(keyword);
    if (value !== undefined && !Number.isFinite(value)) throw this.fault(keyword, 'a number');
    return value as number | undefined;
  }

  text(keyword: string): string | undefined {
    const value = this.get(keyword);
    if (value !== undefined && typeof value !== 'string') throw this.fault(keyword, 'a string');
    return value as string | undefined;
  }

  list(keyword: string): readonly unknown[] | undefined {
    const value = this.get(keyword);
    if (value !== undefined && !Array.isArray(value)) throw this.fault(keyword, 'an array');
    return value as readonly unknown[] | undefined;
  }

  texts(keyword: string): readonly string[] | undefined {
    const value = this.list(keyword);
    if (value?.some((item) => typeof item !== 'string')) throw this.fault(keyword, 'an array of strings');
    return value as readonly string[] | undefined;
  }

  map(keyword: string): SchemaObject | undefined {
    const value = this.get(keyword);
    if (value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value)))
      throw this.fault(keyword, 'an object');
    return value as SchemaObject | undefined;
  }
}
