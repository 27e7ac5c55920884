import type { ModelReader } from './json-readers.ts';
import { readTokens } from './json-vocabulary.ts';
import { wordPieceModel } from './word-piece-model.ts';

/** Reads a model of type WordPiece, that of BERT. */
export const readWordPieceModel: ModelReader = (node, added) => {
  const { vocabulary, idOf, unknown } = readTokens(node, added);
  const model = wordPieceModel({
    idOf,
    prefix: node.get('continuing_subword_prefix').string('##'),
    longestWord: node.get('max_input_chars_per_word').index(2 ** 31, 100),
    longestToken: vocabulary.index.longest,
    unknownId: unknown.required,
  });
  return { vocabulary, model, unknownId: unknown.id };
};

/** Reads a model of type WordLevel, whose pieces are tokens or unknown. */
export const readWordLevelModel: ModelReader = (node, added) => {
  const { vocabulary, idOf, unknown } = readTokens(node, added);
  return {
    vocabulary,
    unknownId: unknown.id,
    model: {
      encode: (source, start, end, sink) =>
        sink.pushRange(idOf(source.text.slice(start, end)) ?? unknown.required(), source, start, end),
    },
  };
};
