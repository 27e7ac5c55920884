import { formatNames } from '../src/index.ts';
import type { KeywordResult } from './schema-suite.ts';

/** What a reader has to know of a keyword beyond the numbers; `partly` when some uses of it are refused. */
const notes: Record<
  string,
  { readonly support: 'yes' | 'partly' | 'no' | 'annotation'; readonly note: string }
> = {
  $ref: { support: 'partly', note: 'within the document: JSON pointers, `$anchor`, `$id`; recursive' },
  $dynamicRef: { support: 'no', note: 'refused' },
  additionalProperties: { support: 'yes', note: 'not under `not`, overlapping `oneOf` or `if`' },
  allOf: { support: 'yes', note: 'merged exactly' },
  anyOf: { support: 'yes', note: '' },
  const: { support: 'yes', note: '' },
  contains: { support: 'yes', note: 'also `minContains`, `maxContains`' },
  content: {
    support: 'annotation',
    note: '`contentEncoding`, `contentMediaType`, `contentSchema` say nothing about validity',
  },
  default: {
    support: 'annotation',
    note: 'so are `title`, `description`, `examples`, `deprecated`, `readOnly`, `writeOnly`, `$comment`, `x-…`',
  },
  dependentRequired: { support: 'yes', note: '' },
  dependentSchemas: { support: 'yes', note: '' },
  enum: { support: 'yes', note: '' },
  exclusiveMaximum: { support: 'yes', note: 'as `maximum`' },
  exclusiveMinimum: { support: 'yes', note: 'as `minimum`' },
  format: { support: 'partly', note: `always checked: ${formatNames.join(', ')}; others are refused` },
  'if-then-else': { support: 'yes', note: '' },
  items: { support: 'yes', note: '' },
  maxItems: { support: 'yes', note: '' },
  maxLength: { support: 'yes', note: 'in code points' },
  maxProperties: { support: 'yes', note: '' },
  maximum: { support: 'yes', note: 'decimal notation; 16 digits for integers, 15 for others' },
  minItems: { support: 'yes', note: '' },
  minLength: { support: 'yes', note: 'in code points' },
  minProperties: {
    support: 'partly',
    note: 'beyond the required properties and one more only if additional ones are forbidden',
  },
  minimum: { support: 'yes', note: 'decimal notation; 16 digits for integers, 15 for others' },
  multipleOf: { support: 'yes', note: 'exact decimals, up to some thousand remainders' },
  not: { support: 'partly', note: 'where the negation can be written down' },
  oneOf: { support: 'partly', note: 'where branches exclude each other or can be negated' },
  pattern: { support: 'partly', note: 'ECMA-262 without lookaround, backreferences and word boundaries' },
  patternProperties: { support: 'yes', note: 'up to 6 patterns for one object' },
  prefixItems: { support: 'yes', note: '' },
  properties: { support: 'yes', note: 'in the declared order, or in any' },
  propertyNames: { support: 'yes', note: 'not under `not`' },
  required: { support: 'yes', note: '' },
  type: { support: 'yes', note: 'integers are written without a fraction' },
  unevaluatedItems: { support: 'partly', note: 'where it means the same as `items`' },
  unevaluatedProperties: { support: 'partly', note: 'where it means the same as `additionalProperties`' },
  uniqueItems: { support: 'partly', note: 'for items from an `enum` of at most 64 simple values' },
};

const aliases: Record<string, string> = { ref: '$ref', dynamicRef: '$dynamicRef' };

/** The table of the README: one row for each keyword that has a file in the test suite. */
export function keywordTable(results: readonly KeywordResult[]): string {
  const rows = results.flatMap(({ keyword, valid, invalid, refused }) => {
    const name = aliases[keyword] ?? keyword;
    const entry = notes[name];
    if (entry === undefined) return [];
    const passed = entry.support === 'no' ? '' : String(valid + invalid);
    return [`| \`${name}\` | ${entry.support} | ${passed} | ${refused || ''} | ${entry.note} |`];
  });
  return ['| keyword | supported | cases passed | cases refused | |', '|---|---|---|---|---|', ...rows].join(
    '\n',
  );
}
