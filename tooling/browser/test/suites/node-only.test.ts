import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeOnlyTests } from '../../src/suites/node-only-tests.ts';

const packages = new URL('../../../../packages/', import.meta.url);

describe('tests that stay in Node', () => {
  it.skip.each(Object.entries(nodeOnlyTests))('%s: %s', () => {});

  it('exist', () => {
    const gone = Object.keys(nodeOnlyTests).filter((path) => !existsSync(new URL(path, packages)));
    expect(gone).toEqual([]);
  });
});
