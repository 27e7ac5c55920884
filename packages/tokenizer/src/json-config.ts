import type { AddedToken } from './added-tokens.ts';
import { FileNode } from './file-node.ts';
import { readAddedToken } from './json-vocabulary.ts';
import { type PostProcessor, surroundWith } from './post-processor.ts';
import type { Vocabulary } from './vocabulary.ts';

const roles = ['bos', 'eos', 'unk', 'sep', 'pad', 'cls', 'mask'];

/**
 * Makes the tokens that tokenizer_config.json names control tokens: added ones, and those of the model.
 *
 * Source: `_post_init` in tokenization_utils_tokenizers.py of https://github.com/huggingface/transformers
 *
 * @param vocab `model.vocab` of tokenizer.json
 */
export function withNamedTokens(
  config: FileNode,
  added: readonly AddedToken[],
  vocab: FileNode,
): AddedToken[] {
  const tokens = [...added];
  for (const node of namedTokens(config)) {
    if (node.absent) continue;
    const content = contentOf(node);
    const known = tokens.findIndex((token) => token.content === content);
    if (known >= 0) tokens[known] = { ...tokens[known]!, special: true };
    const id = known < 0 ? idIn(vocab.value, content) : undefined;
    if (id === undefined) continue;
    const value = typeof node.value === 'string' ? { content } : node.record();
    const token = readAddedToken(new FileNode(value, node.path, node.file), id);
    tokens.push({
      ...token,
      special: true,
      normalized: (value as { normalized?: unknown }).normalized === true,
    });
  }
  return tokens;
}

function namedTokens(config: FileNode): FileNode[] {
  const lists = ['additional_special_tokens', 'extra_special_tokens'].map((key) => config.get(key));
  return [
    ...roles.map((role) => config.get(`${role}_token`)),
    ...lists.flatMap((list) => {
      if (list.absent) return [];
      if (Array.isArray(list.value)) return list.items();
      return Object.keys(list.record()).map((key) => list.get(key));
    }),
  ];
}

/** Looks a token up in a vocabulary of any form: ids by token, a list of tokens with scores, or unpacked tokens. */
function idIn(vocab: unknown, content: string): number | undefined {
  const value = (vocab ?? {}) as Readonly<Record<string, unknown>>;
  const list = Array.isArray(value) ? value : value.tokens;
  if (Array.isArray(list)) {
    const id = list.findIndex((entry) => (Array.isArray(entry) ? entry[0] : entry) === content);
    return id < 0 ? undefined : id;
  }
  const id = Object.hasOwn(value, content) ? value[content] : undefined;
  return typeof id === 'number' ? id : undefined;
}

/** A token is a string or an object with one. */
function contentOf(node: FileNode): string {
  return (typeof node.value === 'string' ? node : node.get('content')).string();
}

/** The id of the token that tokenizer_config.json gives a role, if the vocabulary has it. */
export function roleId(config: FileNode, role: string, vocabulary: Vocabulary): number | undefined {
  const node = config.get(`${role}_token`);
  return node.absent ? undefined : vocabulary.idOf(contentOf(node));
}

/**
 * Puts BOS and EOS around texts where tokenizer_config.json asks for it and there is no template to say so. Where there
 * is one it holds, as in version 5 of `transformers`; version 4 heeds the configuration for some kinds of tokenizer.
 *
 * @throws {InvalidFileError} when it asks for a token that there is none of
 */
export function withConfiguredEnds(
  config: FileNode,
  post: PostProcessor,
  vocabulary: Vocabulary,
): PostProcessor {
  const flags = ['bos', 'eos'].map((role) => config.get(`add_${role}_token`));
  if (post.hasTemplate || flags.every((flag) => flag.absent)) return post;
  const [before, after] = ['bos', 'eos'].map((role, index) => {
    const flag = flags[index]!;
    if (!flag.boolean(false)) return [];
    return [roleId(config, role, vocabulary) ?? flag.fail(`asks for a token, but there is no ${role}_token`)];
  });
  const { single, pair } = surroundWith(before!, after!);
  return { ...post, single, pair };
}
