import type { FileNode } from './file-node.ts';
import { knownScanner } from './known-scanners.ts';
import { type PreTokenizer, scanWith } from './pre-tokenizer.ts';

/** Reads a `Split` by a pattern that there is a scanner for; without one it gives `undefined`. */
export function readKnownSplit(node: FileNode): PreTokenizer | undefined {
  const scanner = knownScanner(node.get('pattern').get('Regex').value);
  const behavior = node.get('behavior').string('Isolated');
  // These patterns leave no gaps: isolating matches or keeping what is not between them gives the same pieces.
  const keepsAll = behavior === 'Isolated' || (behavior === 'Removed' && node.get('invert').boolean());
  return scanner && keepsAll ? scanWith(scanner) : undefined;
}
