import { UnsupportedError } from '@llamella/spec';
import { AddedTokenMatcher } from './added-tokens.ts';
import { ByteLevelDecoder } from './byte-level-decoder.ts';
import { ComposedTokenizer } from './composed-tokenizer.ts';
import { endOfGenerationIds } from './end-of-generation.ts';
import { FileNode } from './file-node.ts';
import type { FileOptions } from './file-options.ts';
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

  const added = readAddedTokens(root.get('added_tokens'), config.get('added_tokens_decoder'));
  const { vocabulary, model, unknownId, takesBytes } = read(node, added, byteLevel);
  if (takesBytes && readers.byteAlphabet) preTokenizers.pop();
  const post = readPostProcessor(root.get('post_processor'), config, vocabulary, readers);

  const eos = tokenId(config.get('eos_token'), vocabulary);
  const bos = tokenId(config.get('bos_token'), vocabulary) ?? firstOf(post);
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
    preTokenizer: sequence(preTokenizers),
    model,
    decoder: readDecoder(root.get('decoder'), vocabulary, readers),
    post,
    specialTokenIds: specialTokenIds({
      bos,
      eos,
      unknown: tokenId(config.get('unk_token'), vocabulary) ?? unknownId,
      padding: tokenId(config.get('pad_token'), vocabulary),
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

function readPostProcessor(
  node: FileNode,
  config: FileNode,
  vocabulary: Vocabulary,
  readers: JsonReaders,
): PostProcessor {
  const around = (role: string): number[] => {
    const flag = config.get(`add_${role}_token`);
    if (!flag.boolean(false)) return [];
    const id = tokenId(config.get(`${role}_token`), vocabulary);
    return [id ?? flag.fail(`asks for a token, but there is no ${role}_token`)];
  };
  const result = surroundWith([], []);
  for (const step of stepsOf(node, 'processors')) {
    const read = readerOf(readers.postProcessors, 'post-processor', step, typeOf(step), readers.advice);
    read(step, vocabulary.size, result);
  }
  return result.hasTemplate ? result : { ...result, ...surroundings(around('bos'), around('eos')) };
}

function surroundings(prefix: number[], suffix: number[]): Pick<PostProcessor, 'single' | 'pair'> {
  const { single, pair } = surroundWith(prefix, suffix);
  return { single, pair };
}

/** The id that comes before every text. */
function firstOf(post: PostProcessor): number | undefined {
  const [first] = post.single;
  return first && 'ids' in first ? first.ids[0] : undefined;
}

function readDecoder(node: FileNode, vocabulary: Vocabulary, readers: JsonReaders): TokenDecoder {
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
    vocabulary,
  );
}

/** The id of a token given as a string or as `{ "content": … }`, if the vocabulary has it. */
function tokenId(node: FileNode, vocabulary: Vocabulary): number | undefined {
  if (node.absent) return undefined;
  const content = typeof node.value === 'string' ? node : node.get('content');
  return vocabulary.idOf(content.string());
}
