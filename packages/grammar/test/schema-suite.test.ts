import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keywordTable } from './keyword-table.ts';
import { runSuite, suiteExists, suiteFolder } from './schema-suite.ts';

/** Valid cases that this package does not write, with the reason. */
const stricter: Record<string, { readonly count: number; readonly reason: string }> = {
  format: { count: 13, reason: 'formats are checked here; the suite takes them for annotations' },
  'date-time': { count: 3, reason: 'no leap seconds, at most 9 digits of a fraction' },
  duration: { count: 1, reason: 'at most 9 digits' },
  time: { count: 6, reason: 'no leap seconds' },
  email: { count: 5, reason: 'no quoted local parts and no address literals' },
  hostname: { count: 15, reason: 'no Punycode labels, whose content a grammar cannot check' },
  bignum: { count: 4, reason: 'at most 16 digits for integers' },
  'float-overflow': { count: 1, reason: 'no exponents beside multipleOf' },
};

describe.skipIf(!suiteExists)('JSON Schema Test Suite, draft 2020-12 (needs the shared test data)', () => {
  const results = suiteExists ? runSuite() : [];

  it.each(results)('$keyword', ({ keyword, wrong, narrower }) => {
    expect(wrong).toEqual([]);
    expect(narrower).toHaveLength(stricter[keyword]?.count ?? 0);
  });

  it('gives the table of the README', () => {
    expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain(keywordTable(results));
  });

  it.each(
    suiteExists
      ? [...runSuite(`${suiteFolder}/optional/format`), ...runSuite(`${suiteFolder}/optional`)]
      : [],
  )('optional: $keyword', ({ keyword, wrong, narrower }) => {
    expect(wrong).toEqual([]);
    expect(narrower).toHaveLength(stricter[keyword]?.count ?? 0);
  });
});
