import { UnsupportedError } from '@llamella/spec';
import { CharacterMap } from './character-map.ts';
import { FileNode } from './file-node.ts';
import { type FieldHandler, readMessage } from './protobuf.ts';
import { TokenKind } from './token-kind.ts';
import { idLimit } from './vocabulary.ts';

/** What a `tokenizer.model` says, with SentencePiece's defaults for what it does not. */
export interface SentencePieceModel {
  readonly tokens: readonly string[];
  readonly scores: Float64Array;
  /** A `TokenKind` for each token. */
  readonly kinds: Uint8Array;
  readonly isUnigram: boolean;
  readonly byteFallback: boolean;
  readonly spaceAsSuffix: boolean;
  /** What the unknown token is written as. */
  readonly unknownSurface: string;
  /** Tokens of the roles BOS, EOS and padding, if they are in the vocabulary. */
  readonly roles: { readonly bos: string; readonly eos: string; readonly padding: string };
  readonly characterMap: CharacterMap | undefined;
  readonly addDummyPrefix: boolean;
  readonly removeExtraWhitespaces: boolean;
  readonly escapeWhitespaces: boolean;
}

/**
 * Reads a `tokenizer.model`. Numbers of fields and defaults are those of src/sentencepiece_model.proto of
 * https://github.com/google/sentencepiece.
 */
export function readSentencePiece(bytes: Uint8Array, file: string): SentencePieceModel {
  const node = (path: string) => new FileNode(undefined, path, file);
  const pieces: Uint8Array[] = [];
  const fields = new Map<string, number | Uint8Array>();
  const nested: Record<number, string> = { 2: 'trainer_spec', 3: 'normalizer_spec', 5: 'denormalizer_spec' };
  readMessage(bytes, node(''), (field, value) => {
    const name = nested[field];
    if (field === 1 && typeof value !== 'number') {
      if (pieces.push(value) > idLimit) node('pieces').fail(`more than ${idLimit}`);
    } else if (name && typeof value !== 'number') {
      readMessage(value, node(name), (inner, content) => fields.set(`${name}.${inner}`, content));
    }
  });
  const number = (key: string, fallback: number) => {
    const value = fields.get(key) ?? fallback;
    return typeof value === 'number' ? value : node(key).fail('expected an integer');
  };
  const flag = (key: string, fallback: boolean) => number(key, fallback ? 1 : 0) !== 0;
  const raw = (key: string) => {
    const value = fields.get(key) ?? new Uint8Array(0);
    return typeof value === 'number' ? node(key).fail('expected bytes') : value;
  };
  const text = (key: string, fallback: string) =>
    fields.has(key) ? decodeText(raw(key), node(key)) : fallback;

  const type = number('trainer_spec.3', 1);
  if (type !== 1 && type !== 2) {
    const name = ['', '', '', 'word', 'char'][type] ?? type;
    throw new UnsupportedError(`${file}: model_type ${name}`, 'only unigram and bpe are read');
  }
  if (raw('denormalizer_spec.2').length > 0) {
    throw new UnsupportedError(`${file}: denormalizer_spec`, 'text cannot be decoded as it asks');
  }
  const map = raw('normalizer_spec.2');
  return {
    ...readPieces(pieces, node),
    isUnigram: type === 1,
    byteFallback: flag('trainer_spec.35', false),
    spaceAsSuffix: flag('trainer_spec.24', false),
    unknownSurface: text('trainer_spec.44', ' \u2047 '),
    roles: {
      bos: text('trainer_spec.46', '<s>'),
      eos: text('trainer_spec.47', '</s>'),
      padding: text('trainer_spec.48', '<pad>'),
    },
    characterMap:
      map.length > 0 ? new CharacterMap(map, node('normalizer_spec.precompiled_charsmap')) : undefined,
    addDummyPrefix: flag('normalizer_spec.3', true),
    removeExtraWhitespaces: flag('normalizer_spec.4', true),
    escapeWhitespaces: flag('normalizer_spec.5', true),
  };
}

function readPieces(
  pieces: readonly Uint8Array[],
  node: (path: string) => FileNode,
): Pick<SentencePieceModel, 'tokens' | 'scores' | 'kinds'> {
  if (pieces.length === 0) node('pieces').fail('there are none');
  const scores = new Float64Array(pieces.length);
  const kinds = new Uint8Array(pieces.length).fill(TokenKind.normal);
  const bits = new DataView(new ArrayBuffer(4));
  const tokens = pieces.map((piece, id) => {
    const place = node(`pieces[${id}]`);
    let token = '';
    const handle: FieldHandler = (field, value) => {
      if (field === 1 && typeof value !== 'number') token = decodeText(value, place);
      if (field === 2 && typeof value === 'number') {
        bits.setUint32(0, value);
        scores[id] = bits.getFloat32(0);
      }
      if (field === 3) kinds[id] = typeof value === 'number' && value <= TokenKind.byte ? value : 0;
    };
    readMessage(piece, place, handle);
    if (token === '') place.fail('it has no text');
    if (kinds[id] === 0) place.fail('its type is not known');
    if (Number.isNaN(scores[id])) place.fail('its score is not a number');
    return token;
  });
  return { tokens, scores, kinds };
}

function decodeText(bytes: Uint8Array, node: FileNode): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return node.fail('not UTF-8');
  }
}
