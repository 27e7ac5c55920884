import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * The folder of large test data: `LLAMELLA_SHARED_DATA`, or `shared/data` beside the clone.
 *
 * @throws {Error} when it has not what is needed
 */
export function sharedData(...needed: readonly string[]): string {
  const folder = process.env.LLAMELLA_SHARED_DATA ?? resolve(import.meta.dirname, '../../../shared/data');
  const missing = needed.filter((path) => !existsSync(join(folder, path)));
  if (missing.length > 0)
    throw new Error(`LLAMELLA_SHARED_DATA has to name a folder with ${missing.join(', ')}`);
  return folder;
}
