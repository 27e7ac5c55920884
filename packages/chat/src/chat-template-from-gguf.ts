import { type ChatTemplate, InvalidArgumentError, type Tokenizer } from '@llamella/spec';
import type { ModelChatTemplateOptions } from './chat-template-from-config.ts';
import { chooseTemplate } from './choose-template.ts';
import { missingTemplate, templateError } from './template-error.ts';

/** Key-value metadata of a GGUF file: a map, or an object with the keys as properties. */
export type GgufMetadata = ReadonlyMap<string, unknown> | Readonly<Record<string, unknown>>;

/** Options of `chatTemplateFromGguf`. */
export interface GgufChatTemplateOptions extends ModelChatTemplateOptions {
  /** Turns token ids into texts. Default: the metadata's own list `tokenizer.ggml.tokens`. */
  readonly tokenizer?: Pick<Tokenizer, 'idToToken'>;
}

const TEMPLATE = 'tokenizer.chat_template';

/** Names of variables and of the metadata keys with the token ids. */
const TOKENS = {
  bos_token: 'tokenizer.ggml.bos_token_id',
  eos_token: 'tokenizer.ggml.eos_token_id',
  unk_token: 'tokenizer.ggml.unknown_token_id',
  sep_token: 'tokenizer.ggml.seperator_token_id',
  pad_token: 'tokenizer.ggml.padding_token_id',
};

/**
 * The template that a GGUF file carries in `tokenizer.chat_template`, with the texts of its special tokens. Further
 * templates, which GGUF names `tokenizer.chat_template.NAME`, are known by that name.
 *
 * @throws {InvalidArgumentError} when `metadata` is not an object
 * @throws {LlamellaError} `template` when there is no template, it is not valid, or a special token is not in the
 *   vocabulary
 */
export function chatTemplateFromGguf(
  metadata: GgufMetadata,
  options: GgufChatTemplateOptions = {},
): ChatTemplate {
  if (typeof metadata !== 'object' || metadata === null)
    throw new InvalidArgumentError('metadata', 'must be a Map or an object');
  const { tokenizer, templateName, name = TEMPLATE, ...rest } = options;
  const entries = metadata instanceof Map ? metadata : new Map(Object.entries(metadata));
  const sources = readSources(entries, name);
  const given: (string | false)[] = [
    rest.bosToken !== undefined && 'bos_token',
    rest.eosToken !== undefined && 'eos_token',
  ];
  const tokens: Record<string, string> = {};
  for (const [variable, key] of Object.entries(TOKENS)) {
    const id = entries.get(key);
    if (id !== undefined && !given.includes(variable))
      tokens[variable] = tokenText(entries, tokenizer, Number(id), name, key);
  }
  return chooseTemplate(sources, templateName, {
    ...rest,
    name,
    variables: { ...tokens, ...rest.variables },
  });
}

function readSources(entries: ReadonlyMap<string, unknown>, name: string): Map<string, string> {
  const sources = new Map<string, string>();
  for (const [key, value] of entries) {
    if (key !== TEMPLATE && !key.startsWith(`${TEMPLATE}.`)) continue;
    if (typeof value !== 'string') throw templateError(name, `the value of ${key} must be a string`);
    sources.set(key === TEMPLATE ? 'default' : key.slice(TEMPLATE.length + 1), value);
  }
  if (sources.size === 0) throw missingTemplate(name);
  return sources;
}

function tokenText(
  entries: ReadonlyMap<string, unknown>,
  tokenizer: Pick<Tokenizer, 'idToToken'> | undefined,
  id: number,
  name: string,
  key: string,
): string {
  const tokens = entries.get('tokenizer.ggml.tokens') as ArrayLike<unknown> | undefined;
  const text = tokenizer ? tokenizer.idToToken(id) : tokens?.[id];
  if (typeof text === 'string') return text;
  throw templateError(name, `${key} is ${id}, which is not in the vocabulary; pass tokenizer`);
}
