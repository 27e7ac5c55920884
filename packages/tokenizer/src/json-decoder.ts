import { byteFallback, byteLevel, fuse, stripTokens, wordEnds } from './decode-joining.ts';
import { collapseRepeats, joinWordPieces, metaspaceToSpaces, replaceInTokens } from './decode-per-token.ts';
import type { FileNode } from './file-node.ts';
import { readMetaspace } from './json-metaspace.ts';
import { readPattern } from './json-pattern.ts';
import type { DecoderReader } from './json-readers.ts';

/** Readers of all decoders of tokenizer.json. */
export const allDecoders: Readonly<Record<string, DecoderReader>> = {
  BPEDecoder: (node) => wordEnds(text(node.get('suffix'), '</w>')),
  ByteFallback: () => byteFallback,
  ByteLevel: () => byteLevel,
  CTC: (node) =>
    collapseRepeats(
      text(node.get('pad_token'), '<pad>'),
      text(node.get('word_delimiter_token'), '|'),
      node.get('cleanup').boolean(true),
    ),
  Fuse: () => fuse,
  Metaspace: (node) => {
    const { replacement, scheme } = readMetaspace(node);
    return metaspaceToSpaces(replacement, scheme !== 'never');
  },
  Replace: (node) => replaceInTokens(readPattern(node.get('pattern')), node.get('content').string()),
  Strip: (node) =>
    stripTokens(
      node.get('content').character(),
      node.get('start').index(2 ** 31),
      node.get('stop').index(2 ** 31),
    ),
  WordPiece: (node) => joinWordPieces(text(node.get('prefix'), '##'), node.get('cleanup').boolean(true)),
};

function text(node: FileNode, fallback: string): string {
  return node.absent ? fallback : node.string();
}
