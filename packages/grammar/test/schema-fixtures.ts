import { readdirSync, readFileSync } from 'node:fs';

/** A schema with documents that are valid under it and documents that are not. */
export interface SchemaFixture {
  readonly name: string;
  readonly schema: object;
  readonly valid: readonly unknown[];
  readonly invalid: readonly unknown[];
}

const folder = new URL('fixtures/schemas/', import.meta.url);

export const schemaFixtures: readonly SchemaFixture[] = readdirSync(folder)
  .sort()
  .map((file) => ({ name: file.slice(0, -5), ...JSON.parse(readFileSync(new URL(file, folder), 'utf8')) }));
