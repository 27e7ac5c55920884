import { UnsupportedError } from '@llamella/spec';
import type { FileNode } from './file-node.ts';

/** The steps of a part of tokenizer.json in order: those of a `Sequence`, or the one that it is. */
export function stepsOf(node: FileNode, key: string): FileNode[] {
  if (node.absent) return [];
  if (node.get('type').string() !== 'Sequence') return [node];
  return node
    .get(key)
    .items()
    .flatMap((step) => stepsOf(step, key));
}

/** @throws {UnsupportedError} when the table has no reader for the step's `type` */
export function readerOf<Reader>(
  table: Readonly<Record<string, Reader>>,
  what: string,
  node: FileNode,
  type: string,
  advice: string,
): Reader {
  const reader = Object.hasOwn(table, type) ? table[type] : undefined;
  if (!reader) throw new UnsupportedError(`${node.file}: ${what} ${type} (${node.path})`, advice);
  return reader;
}
