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
    const content = contentOf(node);
    if (content === undefined) continue;
    const at = tokens.findIndex((token) => token.content === content);
    const id = at < 0 ? idIn(vocab.value, content) : undefined;
    if (at >= 0) tokens[at] = { ...tokens[at]!, special: true };
    if (id === undefined) continue;
    const fields = typeof node.value === 'string' ? { content } : node.record();
    const token = { normalized: false, ...fields, special: true };
    tokens.push(readAddedToken(new FileNode(token, node.path, node.file), id));
  }
  return tokens;
}

function namedTokens(config: FileNode): FileNode[] {
  return [
    ...roles.map((role) => config.get(`${role}_token`)),
    ...['additional', 'extra'].flatMap((key) => {
      const list = config.get(`${key}_special_tokens`);
      if (list.absent) return [];
      return Array.isArray(list.value)
        ? list.items()
        : Object.keys(list.record()).map((name) => list.get(name));
    }),
  ];
}

/** Looks a token up in a vocabulary of any form: ids by token, a list of tokens with scores, or unpacked tokens. */
function idIn(vocab: unknown, content: string): number | undefined {
  const value = (vocab ?? {}) as Readonly<Record<string, unknown>>;
  const list = Array.isArray(value) ? value : value.tokens;
  const id = Array.isArray(list)
    ? list.findIndex((entry) => (Array.isArray(entry) ? entry[0] : entry) === content)
    : Object.hasOwn(value, content) && value[content];
  return typeof id === 'number' && id >= 0 ? id : undefined;
}

/** A token is a string or an object with one. */
function contentOf(node: FileNode): string | undefined {
  if (node.absent) return undefined;
  return (typeof node.value === 'string' ? node : node.get('content')).string();
}

/** The id of the token that tokenizer_config.json gives a role, if the vocabulary has it. */
export function roleId(config: FileNode, role: string, vocabulary: Vocabulary): number | undefined {
  return vocabulary.idOf(contentOf(config.get(`${role}_token`)));
}

/**
 * Puts BOS and EOS around texts where tokenizer_config.json asks for it and there is no template to say so. Where there
 * is one it holds, as in version 5 of `transformers`; version 4 heeds the configuration for some kinds of tokenizer.
 *
 * @throws {InvalidFileError} when it asks for a token that there is none of
 */
export function withConfiguredEnds(config: FileNode, post: PostProcessor, vocabulary: Vocabulary): void {
  if (post.hasTemplate) return;
  const ends = (role: string) => {
    const flag = config.get(`add_${role}_token`);
    if (!flag.boolean()) return [];
    return [roleId(config, role, vocabulary) ?? flag.fail(`asks for a token, but there is no ${role}_token`)];
  };
  const { single, pair } = surroundWith(ends('bos'), ends('eos'));
  Object.assign(post, { single, pair });
}
