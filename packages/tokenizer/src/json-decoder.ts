import { byteFallback, byteLevel, fuse, stripTokens, wordEnds } from './decode-joining.ts';
import { collapseRepeats, joinWordPieces, metaspaceToSpaces, replaceInTokens } from './decode-per-token.ts';
import { readCharacter } from './json-character.ts';
import { readMetaspace } from './json-metaspace.ts';
import { readPattern } from './json-pattern.ts';
import type { DecoderReader } from './json-readers.ts';

/** Readers of all decoders of tokenizer.json. */
export const allDecoders: Readonly<Record<string, DecoderReader>> = {
  BPEDecoder: (node) => wordEnds(node.get('suffix').string('</w>')),
  ByteFallback: () => byteFallback,
  ByteLevel: () => byteLevel,
  CTC: (node) =>
    collapseRepeats(
      node.get('pad_token').string('<pad>'),
      node.get('word_delimiter_token').string('|'),
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
      readCharacter(node.get('content')),
      node.get('start').index(2 ** 31),
      node.get('stop').index(2 ** 31),
    ),
  WordPiece: (node) => joinWordPieces(node.get('prefix').string('##'), node.get('cleanup').boolean(true)),
};
