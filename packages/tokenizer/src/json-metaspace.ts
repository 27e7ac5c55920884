import type { FileNode } from './file-node.ts';
import { readCharacter } from './json-character.ts';

/** How a text gets a space before it: only the first piece of it, none, or every piece. */
export type PrependScheme = 'first' | 'never' | 'always';

const schemes = { first: 'first', never: 'never', always: 'always' } as const;

/** Reads the fields of a `Metaspace`, of files from before `prepend_scheme` existed too. */
export function readMetaspace(node: FileNode): { replacement: string; scheme: PrependScheme } {
  const field = node.get('prepend_scheme');
  let scheme: PrependScheme = field.oneOf(schemes, 'always');
  if (!node.get('add_prefix_space').boolean(true)) {
    if (!field.absent && scheme !== 'never') field.fail(`${scheme} contradicts add_prefix_space`);
    scheme = 'never';
  }
  return { replacement: readCharacter(node.get('replacement')), scheme };
}
