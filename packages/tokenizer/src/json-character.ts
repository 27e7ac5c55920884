import type { FileNode } from './file-node.ts';

/** Reads a string of one code point. */
export function readCharacter(node: FileNode): string {
  const text = node.string();
  return Array.from(text).length === 1 ? text : node.fail('expected one character');
}
