import type { FileNode } from './file-node.ts';

const schemes = ['first', 'never', 'always'] as const;

/** How a text gets a space before it: only the first piece of it, none, or every piece. */
export type PrependScheme = (typeof schemes)[number];

/** Reads the fields of a `Metaspace`, of files from before `prepend_scheme` existed too. */
export function readMetaspace(node: FileNode): { replacement: string; scheme: PrependScheme } {
  const field = node.get('prepend_scheme');
  const name = field.absent ? 'always' : field.string();
  let scheme: PrependScheme =
    schemes.find((known) => known === name) ??
    field.fail(`unknown scheme ${name}; known are ${schemes.join(', ')}`);
  if (!node.get('add_prefix_space').boolean(true)) {
    if (!field.absent && scheme !== 'never') field.fail(`${name} contradicts add_prefix_space`);
    scheme = 'never';
  }
  return { replacement: node.get('replacement').character(), scheme };
}
