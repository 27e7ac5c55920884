import type { FileNode } from './file-node.ts';

/** The entries of an array or typed array. @param size how many there must be */
export function arrayOf(node: FileNode, size?: number): readonly unknown[] {
  const { value } = node;
  const list = ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : node.array();
  if (size !== undefined && list.length !== size) node.fail(`${list.length} entries for ${size} tokens`);
  return list;
}

/** The same, where all have to be numbers. */
export function numbersOf(node: FileNode, size?: number): readonly number[] {
  const list = arrayOf(node, size);
  const wrong = list.findIndex((entry) => typeof entry !== 'number' || Number.isNaN(entry));
  if (wrong >= 0) node.fail(`entry ${wrong} is ${String(list[wrong])}, expected a number`);
  return list as number[];
}
