import type { FileNode } from './file-node.ts';
import { literal } from './pattern-class.ts';
import { translatePattern } from './translate-pattern.ts';

/** Reads `{ "String": … }` or `{ "Regex": … }`. @returns an expression with flag `g`. */
export function readPattern(node: FileNode): RegExp {
  const regex = node.get('Regex');
  if (!regex.absent) return translatePattern(regex.string());
  return literalPattern(node.get('String').string());
}

/** An expression with flag `g` that matches a text as it stands. */
export function literalPattern(text: string): RegExp {
  const codes = Array.from(text, (character) => character.codePointAt(0)!);
  return new RegExp(codes.map(literal).join(''), 'gv');
}
