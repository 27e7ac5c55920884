import type { FileNode } from './file-node.ts';
import { literal } from './pattern-class.ts';
import { translatePattern } from './translate-pattern.ts';

/** Reads `{ "String": … }` or `{ "Regex": … }`. @returns an expression with flag `g`. */
export function readPattern(node: FileNode): RegExp {
  const regex = node.get('Regex');
  if (!regex.absent) return translatePattern(regex.string());
  const codes = Array.from(node.get('String').string(), (character) => character.codePointAt(0)!);
  return new RegExp(codes.map(literal).join(''), 'gv');
}
