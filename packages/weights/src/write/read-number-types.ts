import type { ByteSource } from '@llamella/spec';
import { maximumNameLength } from '../gguf/gguf-limits.ts';
import { HeaderReader } from '../gguf/header-reader.ts';
import { readString } from '../gguf/read-strings.ts';
import { readValue } from '../gguf/read-value.ts';
import { type GgufNumberType, ggufTypeIds } from './gguf-field.ts';

const namesById = new Map<number, string>(Object.entries(ggufTypeIds).map(([name, id]) => [id, name]));

/**
 * The types in which the numbers of a GGUF file's metadata are stored, by key; `openGguf` gives their values. With both,
 * the metadata can be written again as it was.
 *
 * @param source a file that `openGguf` has opened
 * @throws {InvalidFileError} when the file is damaged
 * @throws `signal.reason` when aborted
 */
export async function readGgufNumberTypes(
  source: ByteSource,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, GgufNumberType>> {
  const reader = new HeaderReader(source, signal);
  await reader.need(24, 'the header');
  reader.position = 16;
  const count = reader.size('the number of metadata keys');
  const types = new Map<string, GgufNumberType>();
  for (let index = 0; index < count; index++) {
    const key = await readString(reader, `metadata key ${index}`, maximumNameLength);
    await reader.need(4, `the value of ${key}`);
    const name = namesById.get(reader.view.getUint32(reader.position, true));
    if (name !== undefined && name !== 'boolean' && name !== 'string' && name !== 'array') {
      types.set(key, name as GgufNumberType);
    }
    await readValue(reader, key, true);
  }
  return types;
}
