import { UnsupportedError } from '@llamella/spec';
import { AddedTokenMatcher } from './added-tokens.ts';
import { BytePairModel } from './byte-pair-model.ts';
import { ComposedTokenizer } from './composed-tokenizer.ts';
import { endOfGenerationIds } from './end-of-generation.ts';
import { FileNode } from './file-node.ts';
import { checkByteLevelDecoder } from './json-decoder.ts';
import { readNormalizers } from './json-normalizer.ts';
import { readPostProcessor } from './json-post-processor.ts';
import { readByteLevelPreTokenizer } from './json-pre-tokenizer.ts';
import { readAddedTokens, readVocabulary } from './json-vocabulary.ts';
import { readMerges } from './merge-table.ts';
import { normalizeString } from './normalizer.ts';
import { specialTokenIds } from './special-token-ids.ts';
import type { TextTokenizer } from './text-tokenizer.ts';
import type { FileOptions } from './tokenizer-from-gguf.ts';
import type { Vocabulary } from './vocabulary.ts';

/**
 * Makes the tokenizer that a Hugging Face tokenizer.json describes. Its `truncation` and `padding` are not applied.
 *
 * @param tokenizerJson the parsed tokenizer.json
 * @param tokenizerConfig the parsed tokenizer_config.json, which says which tokens are BOS, EOS, unknown and
 *   padding. Without it BOS is the first token of the template and EOS is not known.
 * @throws {InvalidFileError} naming the key that is missing or wrong
 * @throws {UnsupportedError} naming the part of the tokenizer that this package does not know
 */
export function tokenizerFromJson(
  tokenizerJson: unknown,
  tokenizerConfig?: unknown,
  options: FileOptions = {},
): TextTokenizer {
  const file = options.name ?? 'tokenizer.json';
  const root = new FileNode(tokenizerJson, '', file);
  const config = new FileNode(tokenizerConfig ?? {}, '', options.name ?? 'tokenizer_config.json');
  const model = root.get('model');
  checkModel(model);
  checkByteLevelDecoder(root.get('decoder'));
  const preTokenizer = readByteLevelPreTokenizer(root.get('pre_tokenizer'));
  const normalizers = readNormalizers(root.get('normalizer'));

  const added = readAddedTokens(root.get('added_tokens'), config.get('added_tokens_decoder'));
  const vocabulary = readVocabulary(model.get('vocab'), added);
  const table = readMerges(model.get('merges'), vocabulary, true);
  const post = readPostProcessor(root.get('post_processor'), vocabulary.size);

  const unknown = tokenId(model.get('unk_token'), vocabulary);
  const eos = tokenId(config.get('eos_token'), vocabulary);
  const bos = tokenId(config.get('bos_token'), vocabulary) ?? post.prefix[0];
  const around = (role: string, id: number | undefined): number[] => {
    const flag = config.get(`add_${role}_token`);
    if (post.hasTemplate || !flag.boolean(false)) return [];
    return [id ?? flag.fail(`asks for a token, but there is no ${role}_token`)];
  };
  const matcher = (normalized: boolean) =>
    new AddedTokenMatcher(
      added
        .filter((token) => token.normalized === normalized)
        .map((token) => ({
          token,
          text: normalized ? normalizeString(normalizers, token.content) : token.content,
        })),
    );
  return new ComposedTokenizer({
    vocabulary,
    rawTokens: matcher(false),
    normalizedTokens: matcher(true),
    normalizers,
    preTokenizer,
    model: new BytePairModel(vocabulary, table, {
      ignoreMerges: model.get('ignore_merges').boolean(false),
      unknownId: unknown,
      fuseUnknown: model.get('fuse_unk').boolean(false),
    }),
    prefix: [...post.prefix, ...around('bos', bos)],
    suffix: [...post.suffix, ...around('eos', eos)],
    trim: post.trimOffsets ? post : undefined,
    specialTokenIds: specialTokenIds({
      bos,
      eos,
      unknown: tokenId(config.get('unk_token'), vocabulary) ?? unknown,
      padding: tokenId(config.get('pad_token'), vocabulary),
    }),
    endOfGenerationIds: endOfGenerationIds(vocabulary, [eos]),
  });
}

function checkModel(model: FileNode): void {
  const unsupported = (what: string) => {
    throw new UnsupportedError(`${model.file}: ${what}`, 'only byte-level BPE is read');
  };
  // Files from before the field existed have merges and no type.
  const type = model.get('type');
  const kind = type.absent && !model.get('merges').absent ? 'BPE' : type.string();
  if (kind !== 'BPE') unsupported(`model.type "${kind}"`);
  if (model.get('byte_fallback').boolean(false)) unsupported('model.byte_fallback, as SentencePiece has it,');
  if (model.get('dropout').value) unsupported('model.dropout');
  for (const affix of ['continuing_subword_prefix', 'end_of_word_suffix']) {
    if (model.get(affix).value) unsupported(`model.${affix}`);
  }
}

/** The id of a token given as a string or as `{ "content": … }`, if the vocabulary has it. */
function tokenId(node: FileNode, vocabulary: Vocabulary): number | undefined {
  if (node.absent) return undefined;
  const content = typeof node.value === 'string' ? node : node.get('content');
  return vocabulary.idOf(content.string());
}
