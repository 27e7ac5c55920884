import type { AddedToken } from './added-tokens.ts';
import { byteLevelDecoder } from './byte-level-decoder.ts';
import { composeTokenizer } from './composed-tokenizer.ts';
import { FileNode } from './file-node.ts';
import type { FileOptions } from './file-options.ts';
import { roleId, withConfiguredEnds, withNamedTokens } from './json-config.ts';
import type { JsonReaders } from './json-readers.ts';
import { readAddedTokens } from './json-vocabulary.ts';
import { normalizeString } from './normalizer.ts';
import { surroundWith } from './post-processor.ts';
import { sequence } from './pre-tokenizer.ts';
import type { TextTokenizer } from './text-tokenizer.ts';

/** Puts a tokenizer together from the parts of a tokenizer.json, each read by its reader. See `tokenizerFromJson`. */
export function readTokenizerJson(
  tokenizerJson: unknown,
  tokenizerConfig: unknown,
  { name, endOfGenerationIds = [] }: FileOptions,
  readers: JsonReaders,
): TextTokenizer {
  const { advice, byteAlphabet } = readers;
  const root = new FileNode(tokenizerJson, '', name ?? 'tokenizer.json');
  const config = new FileNode(tokenizerConfig ?? {}, '', name ?? 'tokenizer_config.json');
  const node = root.get('model');
  const type = node.get('type');
  const kind = type.absent ? readers.kindOf(node) : type.string();
  const readModel = type.oneOf(readers.models, kind, advice);
  const readerOf = <Reader>(step: FileNode, table: Readonly<Record<string, Reader>>) =>
    step.get('type').oneOf(table, undefined, advice);

  const normalizers = stepsOf(root.get('normalizer'), 'normalizers').flatMap((step) =>
    readerOf(step, readers.normalizers)(step),
  );
  const cuts = stepsOf(root.get('pre_tokenizer'), 'pretokenizers');
  const isByteLevel = (step: FileNode | undefined) => step?.get('type').value === 'ByteLevel';
  const byteLevel = isByteLevel(cuts.at(-1)) && cuts.filter(isByteLevel).length === 1;
  const preTokenizers = cuts.flatMap((step) => {
    const cut = readerOf(step, readers.preTokenizers)(step);
    return isByteLevel(step) && byteAlphabet ? [cut, byteAlphabet] : [cut];
  });

  const added = withNamedTokens(
    config,
    readAddedTokens(root.get('added_tokens'), config.get('added_tokens_decoder')),
    node.get('vocab'),
  );
  const { vocabulary, model, unknownId, takesBytes } = readModel(node, added, byteLevel);
  if (takesBytes && byteAlphabet) preTokenizers.pop();

  const post = surroundWith([], []);
  for (const step of stepsOf(root.get('post_processor'), 'processors'))
    readerOf(step, readers.postProcessors)(step, vocabulary.size, post);
  withConfiguredEnds(config, post, vocabulary);
  const [first] = post.single;

  const patternOf = (token: AddedToken) => ({
    token,
    text: token.normalized ? normalizeString(normalizers, token.content) : token.content,
  });
  const patterns = added.map(patternOf);
  const decoders = stepsOf(root.get('decoder'), 'decoders');
  // Fusing changes nothing about bytes.
  const isBytes =
    decoders.some(isByteLevel) &&
    decoders.every((step) => isByteLevel(step) || step.get('type').value === 'Fuse');
  const texts = new Map(patterns.map(({ token, text }) => [token.id, text]));
  const decoder = isBytes
    ? byteLevelDecoder(vocabulary)
    : readers.readDecoder(root.get('decoder'), decoders, (id) => texts.get(id) ?? vocabulary.tokens[id]);
  return composeTokenizer({
    vocabulary,
    rawTokens: patterns.filter(({ token }) => !token.normalized),
    normalizedTokens: patterns.filter(({ token }) => token.normalized),
    normalizers,
    preTokenizer: sequence(preTokenizers),
    model,
    decoder: readers.cleanUp?.(decoder, config, kind) ?? decoder,
    post,
    roles: {
      // Without a name, it is the id that comes before every text.
      bos: roleId(config, 'bos', vocabulary) ?? (first && 'ids' in first ? first.ids[0] : undefined),
      eos: roleId(config, 'eos', vocabulary),
      unknown: roleId(config, 'unk', vocabulary) ?? unknownId,
      padding: roleId(config, 'pad', vocabulary),
    },
    ends: endOfGenerationIds,
  });
}

/** The steps of a part of tokenizer.json in order: those of a `Sequence`, or the one that it is. */
function stepsOf(node: FileNode, key: string): FileNode[] {
  if (node.absent) return [];
  if (node.get('type').string() !== 'Sequence') return [node];
  return node
    .get(key)
    .items()
    .flatMap((step) => stepsOf(step, key));
}
