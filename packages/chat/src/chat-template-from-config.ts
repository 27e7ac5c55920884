import { type ChatTemplate, InvalidArgumentError } from '@llamella/spec';
import { chooseTemplate } from './choose-template.ts';
import type { ChatTemplateOptions } from './create-chat-template.ts';
import { missingTemplate, templateError } from './template-error.ts';

/** The parts of a Hugging Face `tokenizer_config.json` that are read. */
export interface TokenizerConfig {
  /** One template, or several with names. */
  readonly chat_template?: string | readonly { readonly name: string; readonly template: string }[] | null;
  /** `bos_token` and others: a text, or an object with the text as `content`. */
  readonly [field: string]: unknown;
}

/** Options of `chatTemplateFromConfig` and `chatTemplateFromGguf`. */
export interface ModelChatTemplateOptions extends ChatTemplateOptions {
  /** Which one of several named templates. Default: `tool_use` when there are tools, otherwise `default`. */
  readonly templateName?: string;
}

const TOKENS = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'];

/**
 * The template of a parsed Hugging Face `tokenizer_config.json`, with the texts of its special tokens. Newer models
 * keep the template beside it in `chat_template.jinja`: put that text into `chat_template` first.
 *
 * @throws {InvalidArgumentError} when `config` is not an object
 * @throws {LlamellaError} `template` when there is no template, or it is not valid
 */
export function chatTemplateFromConfig(
  config: TokenizerConfig,
  options: ModelChatTemplateOptions = {},
): ChatTemplate {
  if (typeof config !== 'object' || config === null)
    throw new InvalidArgumentError('config', 'must be the parsed tokenizer_config.json, an object');
  const { templateName, name = 'chat_template of tokenizer_config.json', ...rest } = options;
  const tokens: Record<string, string> = {};
  for (const field of TOKENS) {
    const text = tokenText(config[field]);
    if (text !== undefined) tokens[field] = text;
  }
  return chooseTemplate(readSources(config.chat_template, name), templateName, {
    ...rest,
    name,
    variables: { ...tokens, ...rest.variables },
  });
}

function readSources(templates: unknown, name: string): Map<string, string> {
  if (templates === undefined || templates === null) throw missingTemplate(name);
  if (typeof templates === 'string') return new Map([['default', templates]]);
  if (!Array.isArray(templates)) throw templateError(name, 'must be a string or a list of named templates');
  const sources = new Map<string, string>();
  for (const [index, entry] of templates.entries()) {
    const { name: key, template } = (entry ?? {}) as { name?: unknown; template?: unknown };
    if (typeof key !== 'string' || typeof template !== 'string')
      throw templateError(name, `entry ${index} must have a name and a template, both strings`);
    sources.set(key, template);
  }
  if (sources.size === 0) throw missingTemplate(name);
  return sources;
}

function tokenText(token: unknown): string | undefined {
  const text = typeof token === 'object' && token !== null ? (token as { content?: unknown }).content : token;
  return typeof text === 'string' ? text : undefined;
}
