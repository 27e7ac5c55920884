import { InvalidArgumentError, UnsupportedError } from '@llamella/spec';
import { characterOfByte } from './byte-alphabet.ts';
import { byteLevelDecoder } from './byte-level-decoder.ts';
import { bytePairModel } from './byte-pair-model.ts';
import { composeTokenizer } from './composed-tokenizer.ts';
import { FileNode } from './file-node.ts';
import type { FileOptions } from './file-options.ts';
import { rankLimit } from './merge-table.ts';
import { surroundWith } from './post-processor.ts';
import { type PreTokenizer, scanWith } from './pre-tokenizer.ts';
import { RankMerges } from './rank-merges.ts';
import { splitAt } from './split.ts';
import type { TextTokenizer } from './text-tokenizer.ts';
import { tiktokenEncodings } from './tiktoken-encodings.ts';
import { TokenKind } from './token-kind.ts';
import { translatePattern } from './translate-pattern.ts';
import { verbatimTokens } from './verbatim-tokens.ts';
import { makeVocabulary, normalKinds } from './vocabulary.ts';

/** What a rank file does not say. */
export interface TiktokenOptions extends FileOptions {
  /**
   * Name of a known encoding (`gpt2`, `r50k_base`, `p50k_base`, `p50k_edit`, `cl100k_base`, `o200k_base`,
   * `o200k_harmony`, `llama3`), which brings its special tokens, or the pattern that cuts the text.
   */
  readonly pattern: string;
  /** Id of each special token. Takes the place of those that the encoding brings. */
  readonly specialTokens?: Readonly<Record<string, number>>;
  /** Special token put before every text. */
  readonly bos?: string;
  /** Special token that ends a text; it is not added. */
  readonly eos?: string;
}

const longestToken = 1024;

/**
 * Makes a tokenizer from a rank file of tiktoken, which Llama 3's `tokenizer.model` is too: a token in base64 and
 * its rank on each line.
 *
 * @param ranks the file's bytes or text
 * @throws {InvalidFileError} naming the line that is wrong, or the byte that has no token
 * @throws {UnsupportedError} for a pattern that JavaScript cannot express
 * @throws {InvalidArgumentError} for special tokens that contradict the ranks
 */
export function tokenizerFromTiktoken(ranks: string | Uint8Array, options: TiktokenOptions): TextTokenizer {
  const node = new FileNode(undefined, 'ranks', options.name ?? 'tiktoken ranks');
  const { tokens, count } = readRanks(ranks, node);
  const { pattern } = options;
  const known = Object.hasOwn(tiktokenEncodings, pattern) ? tiktokenEncodings[pattern] : undefined;
  const special = options.specialTokens ?? known?.specialTokens(count) ?? {};
  for (const [content, id] of Object.entries(special)) {
    if (!(Number.isInteger(id) && id >= 0 && id < rankLimit) || tokens[id] !== undefined || content === '') {
      const problem = tokens[id] === undefined ? `not in [0, ${rankLimit})` : 'the id of another token';
      throw new InvalidArgumentError('specialTokens', `id ${id} of ${JSON.stringify(content)} is ${problem}`);
    }
    while (tokens.length <= id) tokens.push(undefined);
    tokens[id] = content;
  }
  const kinds = normalKinds(tokens.length);
  for (const id of Object.values(special)) kinds[id] = TokenKind.control;
  const vocabulary = makeVocabulary(tokens, kinds, node);
  for (const [byte, character] of characterOfByte.entries()) {
    if (vocabulary.idOf(character) === undefined) node.fail(`there is no token for byte ${byte}`);
  }

  const idOf = (role: 'bos' | 'eos'): number | undefined => {
    const content = options[role] ?? known?.[role];
    if (content !== undefined && Object.hasOwn(special, content)) return special[content];
    if (options[role] !== undefined)
      throw new InvalidArgumentError(role, `${content} is not a special token`);
    return undefined;
  };
  const bos = idOf('bos');
  return composeTokenizer({
    vocabulary,
    rawTokens: verbatimTokens(vocabulary),
    preTokenizer: known ? scanWith(known.scanner) : customPattern(pattern),
    model: bytePairModel(vocabulary, new RankMerges(vocabulary), { ignoreMerges: true }),
    decoder: byteLevelDecoder(vocabulary),
    post: surroundWith(bos === undefined ? [] : [bos], []),
    roles: { bos, eos: idOf('eos') },
    ends: options.endOfGenerationIds ?? [],
  });
}

function readRanks(
  ranks: string | Uint8Array,
  node: FileNode,
): { tokens: (string | undefined)[]; count: number } {
  const text = typeof ranks === 'string' ? ranks : new TextDecoder('latin1').decode(ranks);
  const tokens: (string | undefined)[] = [];
  let count = 0;
  let line = 0;
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const entry = text.slice(start, end < 0 ? text.length : end).trim();
    start = end < 0 ? text.length : end + 1;
    line++;
    if (entry === '') continue;
    const gap = entry.indexOf(' ');
    const rank = Number(entry.slice(gap + 1));
    if (!/^[A-Za-z0-9+/]+={0,2} \d+$/.test(entry) || gap % 4 !== 0) {
      node.fail(`line ${line} (${JSON.stringify(entry.slice(0, 80))}) is not a token in base64 and its rank`);
    }
    if (rank >= rankLimit) node.fail(`line ${line}: rank ${rank} is not in [0, ${rankLimit})`);
    if (gap > longestToken) node.fail(`line ${line}: a token of more than ${(longestToken / 4) * 3} bytes`);
    while (tokens.length <= rank) tokens.push(undefined);
    if (tokens[rank] !== undefined) node.fail(`line ${line}: rank ${rank} is given twice`);
    const bytes = atob(entry.slice(0, gap));
    let token = '';
    for (let i = 0; i < bytes.length; i++) token += characterOfByte[bytes.charCodeAt(i)]!;
    tokens[rank] = token;
    count++;
  }
  return { tokens, count };
}

/** Patterns of tiktoken are in another syntax than those of tokenizer.json: `$` and `^` are ends of the text. */
function customPattern(pattern: string): PreTokenizer {
  const translated = pattern.replace(/\\.|\[(?:\\.|[^\]\\])*\]|[$^]|\}\+|\(\?[a-z]*m/gsu, (part) => {
    if (part === '$') return String.raw`\z`;
    if (part === '^') return String.raw`\A`;
    if (part === '}+' || /^\(.*m/.test(part)) {
      throw new UnsupportedError(
        `${part} in the pattern ${pattern}`,
        'it means something else in this package',
      );
    }
    return part;
  });
  return splitAt(translatePattern(translated), 'Removed', true);
}
