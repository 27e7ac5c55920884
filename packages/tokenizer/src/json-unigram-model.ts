import { CharacterMap } from './character-map.ts';
import type { FileNode } from './file-node.ts';
import type { ModelReader, NormalizerReader } from './json-readers.ts';
import { withAdded } from './json-vocabulary.ts';
import { pieceIndex } from './piece-index.ts';
import { precompiled } from './precompiled-normalizer.ts';
import { isSpecialKind } from './token-kind.ts';
import { unigramModel, unknownPenalty } from './unigram-model.ts';
import { unknownText } from './unknown-text.ts';
import { idLimit } from './vocabulary.ts';

/** Reads a model of type Unigram. Text never becomes a control token, even where the vocabulary scores it. */
export const readUnigramModel: ModelReader = (node, added) => {
  const list = node.get('vocab');
  const { tokens, scores } = readScoredTokens(list);
  const modelSize = tokens.length;
  const unknownId = node.get('unk_id').absent ? undefined : node.get('unk_id').index(modelSize);
  const vocabulary = withAdded(tokens, added, list);
  const mayBe = (id: number) => id < modelSize && !isSpecialKind(vocabulary.kinds[id]);
  const idOf = (token: string) => {
    const id = vocabulary.idOf(token);
    return id !== undefined && mayBe(id) ? id : undefined;
  };
  const model = unigramModel(
    pieceIndex(vocabulary.tokens, mayBe),
    scores,
    unknownText(unknownId, node.get('byte_fallback').boolean() ? idOf : undefined),
    {
      unknownScore: scores.reduce((least, score) => Math.min(least, score), Infinity) - unknownPenalty,
      unknownPiece: unknownId !== undefined && mayBe(unknownId) ? tokens[unknownId] : undefined,
    },
  );
  return { vocabulary, model, unknownId };
};

/** Reads the normalizer `Precompiled`. */
export const readPrecompiled: NormalizerReader = (node) => {
  const field = node.get('precompiled_charsmap');
  const base64 = field.string();
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) field.fail('not in base 64');
  return [
    precompiled(
      new CharacterMap(
        Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)),
        field,
      ),
    ),
  ];
};

/** A list of pairs of a token and its score. */
function readScoredTokens(list: FileNode): { tokens: string[]; scores: Float64Array } {
  const entries = list.array();
  if (entries.length === 0 || entries.length > idLimit)
    list.fail(`${entries.length} tokens, expected 1 to ${idLimit}`);
  const scores = new Float64Array(entries.length);
  const tokens = entries.map((entry, id) => {
    const [token, score] = Array.isArray(entry) ? entry : [];
    if (typeof token !== 'string' || typeof score !== 'number')
      list.fail(`entry ${id} is not a pair of a token and its score`);
    scores[id] = roundedTwice(score);
    return token as string;
  });
  return { tokens, scores };
}

/**
 * The number that the reference reads where JavaScript reads `value`: its parser rounds all digits to a double and
 * divides that by a power of ten, so that the last bit may differ, and with it which of two sums is larger.
 *
 * Source: `f64_from_parts` in src/de.rs of https://github.com/serde-rs/json. The digits are taken to be the shortest
 * ones, as all programs write that are known to make such files.
 */
function roundedTwice(value: number): number {
  const [digits = '', exponent = '0'] = String(value).split('e');
  const power = Number(exponent) - (digits.split('.')[1]?.length ?? 0);
  const all = Number(digits.replace('.', ''));
  return power < 0 ? all / Number(`1e${-power}`) : all * Number(`1e${power}`);
}
