import { UnsupportedError } from '@llamella/spec';
import type { FileNode } from './file-node.ts';
import { readPattern } from './json-pattern.ts';
import { type Normalizer, prepend, replaceAll, unicodeForm } from './normalizer.ts';

/** Reads `normalizer` of a tokenizer.json as a list of steps. @throws {UnsupportedError} for an unknown one */
export function readNormalizers(node: FileNode): Normalizer[] {
  if (node.absent) return [];
  const type = node.get('type').string();
  switch (type) {
    case 'Sequence':
      return node.get('normalizers').items().flatMap(readNormalizers);
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return [unicodeForm(type)];
    case 'Prepend':
      return [prepend(node.get('prepend').string())];
    case 'Replace':
      return [replaceAll(readPattern(node.get('pattern')), node.get('content').string())];
    default:
      throw new UnsupportedError(`normalizer ${type} (${node.path})`, 'the tokenizer cannot be used');
  }
}
