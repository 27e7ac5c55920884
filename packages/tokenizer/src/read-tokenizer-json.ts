import { UnsupportedError } from '@llamella/spec';
import { type AddedToken, AddedTokenMatcher } from './added-tokens.ts';
import { ByteLevelDecoder } from './byte-level-decoder.ts';
import { ComposedTokenizer } from './composed-tokenizer.ts';
import { endOfGenerationIds } from './end-of-generation.ts';
import { FileNode } from './file-node.ts';
import type { FileOptions } from './file-options.ts';
import { roleId, withConfiguredEnds, withNamedTokens } from './json-config.ts';
import type { JsonReaders } from './json-readers.ts';
import { readerOf, stepsOf } from './json-steps.ts';
import { readAddedTokens } from './json-vocabulary.ts';
import { normalizeString } from './normalizer.ts';
import { type PostProcessor, surroundWith } from './post-processor.ts';
import { sequence } from './pre-tokenizer.ts';
import { specialTokenIds } from './special-token-ids.ts';
import type { TextTokenizer } from './text-tokenizer.ts';
import type { TokenDecoder } from './token-decoder.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Puts a tokenizer together from the parts of a tokenizer.json, each read by its reader. See `tokenizerFromJson`. */
export function readTokenizerJson(
  tokenizerJson: unknown,
  tokenizerConfig: unknown,
  options: FileOptions,
  readers: JsonReaders,
): TextTokenizer {
  const file = options.name ?? 'tokenizer.json';
  const root = new FileNode(tokenizerJson, '', file);
  const config = new FileNode(tokenizerConfig ?? {}, '', options.name ?? 'tokenizer_config.json');
  const node = root.get('model');
  const read = readerOf(readers.models, 'model.type', node, modelType(node), readers.advice);
  const steps = stepsOf(root.get('pre_tokenizer'), 'pretokenizers');
  const isByteLevel = (step: FileNode | undefined) => step?.get('type').value === 'ByteLevel';
  const byteLevel = isByteLevel(steps.at(-1)) && steps.filter(isByteLevel).length === 1;
  const normalizers = stepsOf(root.get('normalizer'), 'normalizers').flatMap((step) =>
    readerOf(readers.normalizers, 'normalizer', step, typeOf(step), readers.advice)(step),
  );
  const preTokenizers = steps.flatMap((step) => {
    const cut = readerOf(readers.preTokenizers, 'pre-tokenizer', step, typeOf(step), readers.advice)(step);
    return isByteLevel(step) && readers.byteAlphabet ? [cut, readers.byteAlphabet] : [cut];
  });

  const added = withNamedTokens(
    config,
    readAddedTokens(root.get('added_tokens'), config.get('added_tokens_decoder')),
    node.get('vocab'),
  );
  const { vocabulary, model, unknownId, takesBytes } = read(node, added, byteLevel);
  if (takesBytes && readers.byteAlphabet) preTokenizers.pop();
  const post = withConfiguredEnds(
    config,
    readPostProcessor(root.get('post_processor'), vocabulary.size, readers),
    vocabulary,
  );

  const eos = roleId(config, 'eos', vocabulary);
  const textOf = (token: AddedToken) =>
    token.normalized ? normalizeString(normalizers, token.content) : token.content;
  const texts = new Map(added.map((token) => [token.id, textOf(token)]));
  const decoder = readDecoder(root.get('decoder'), vocabulary, readers, texts);
  const matcher = (normalized: boolean) =>
    new AddedTokenMatcher(
      added
        .filter((token) => token.normalized === normalized)
        .map((token) => ({ token, text: textOf(token) })),
    );
  return new ComposedTokenizer({
    vocabulary,
    rawTokens: matcher(false),
    normalizedTokens: matcher(true),
    normalizers,
    preTokenizer: sequence(preTokenizers),
    model,
    decoder: cleansUp(config, node) && readers.cleanUp ? readers.cleanUp(decoder) : decoder,
    post,
    specialTokenIds: specialTokenIds({
      bos: roleId(config, 'bos', vocabulary) ?? firstOf(post),
      eos,
      unknown: roleId(config, 'unk', vocabulary) ?? unknownId,
      padding: roleId(config, 'pad', vocabulary),
    }),
    endOfGenerationIds: endOfGenerationIds(vocabulary, [eos]),
  });
}

function typeOf(step: FileNode): string {
  return step.get('type').string();
}

/** Files from before the field existed are told apart by the other fields. */
function modelType(node: FileNode): string {
  const type = node.get('type');
  if (!type.absent) return type.string();
  if (!node.get('merges').absent) return 'BPE';
  if (!node.get('continuing_subword_prefix').absent) return 'WordPiece';
  if (node.get('vocab').absent) return type.string();
  return Array.isArray(node.get('vocab').value) ? 'Unigram' : 'WordLevel';
}

function readPostProcessor(node: FileNode, size: number, readers: JsonReaders): PostProcessor {
  const result = surroundWith([], []);
  for (const step of stepsOf(node, 'processors')) {
    const read = readerOf(readers.postProcessors, 'post-processor', step, typeOf(step), readers.advice);
    read(step, size, result);
  }
  return result;
}

/** The id that comes before every text. */
function firstOf(post: PostProcessor): number | undefined {
  const [first] = post.single;
  return first && 'ids' in first ? first.ids[0] : undefined;
}

/**
 * Whether decoded text is to be cleaned up. That of BPE is not, whatever the file says, because there it takes out
 * spaces that belong to the text.
 *
 * Source: `_decode` in tokenization_utils_tokenizers.py of https://github.com/huggingface/transformers
 */
function cleansUp(config: FileNode, model: FileNode): boolean {
  const flag = config.get('clean_up_tokenization_spaces');
  const anyway = config.get('clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output');
  return flag.boolean(false) && (modelType(model) !== 'BPE' || anyway.boolean(false));
}

/** @param texts what added tokens are decoded as: what the normalizers make of them */
function readDecoder(
  node: FileNode,
  vocabulary: Vocabulary,
  readers: JsonReaders,
  texts: ReadonlyMap<number, string>,
): TokenDecoder {
  const steps = stepsOf(node, 'decoders');
  const types = steps.map(typeOf);
  // Fusing changes nothing about bytes.
  if (types.includes('ByteLevel') && types.every((type) => type === 'ByteLevel' || type === 'Fuse')) {
    return new ByteLevelDecoder(vocabulary);
  }
  if (!readers.decodeWith) {
    throw new UnsupportedError(`${node.file}: a decoder other than ByteLevel`, readers.advice);
  }
  return readers.decodeWith(
    steps.map((step) => readerOf(readers.decoders, 'decoder', step, typeOf(step), readers.advice)(step)),
    (id) => texts.get(id) ?? vocabulary.tokens[id],
  );
}
