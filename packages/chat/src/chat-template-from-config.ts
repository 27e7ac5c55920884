import { type ChatTemplate, InvalidArgumentError, type Tokenizer } from '@llamella/spec';
import { chooseTemplate } from './choose-template.ts';
import type { ChatTemplateOptions } from './create-chat-template.ts';
import { missingTemplate, templateError } from './template-error.ts';

/** The parts of a Hugging Face `tokenizer_config.json` that are read. */
export interface TokenizerConfig {
  /** One template, or several with names. */
  readonly chat_template?:
    | string
    | readonly {
        /** Such as `default`, `tool_use` or `rag`. */
        readonly name: string;
        /** The Jinja source. */
        readonly template: string;
      }[]
    | null;
  /** `bos_token` and others: a text, or an object with the text as `content`. */
  readonly [field: string]: unknown;
}

/** Options of `chatTemplateFromConfig` and `chatTemplateFromGguf`. */
export interface ModelChatTemplateOptions extends ChatTemplateOptions {
  /** Which one of several named templates. Default: `tool_use` when there are tools, otherwise `default`. */
  readonly templateName?: string;
}

/** Options of `chatTemplateFromConfig`: contents of the files beside `tokenizer_config.json`. */
export interface ConfigChatTemplateOptions extends ModelChatTemplateOptions {
  /** Text of `chat_template.jinja`, which goes before the template in the configuration. */
  readonly chatTemplateFile?: string;
  /** Texts of the files in `additional_chat_templates`, by their names without `.jinja`. */
  readonly additionalTemplates?: Readonly<Record<string, string>>;
  /** Parsed `genai_config.json` of ONNX Runtime GenAI: its token ids count where the configuration names no tokens. */
  readonly genaiConfig?: unknown;
  /** Turns those ids into texts. Default: the configuration's own `added_tokens_decoder`. */
  readonly tokenizer?: Pick<Tokenizer, 'idToToken'>;
}

const TOKENS = ['bos_token', 'eos_token', 'unk_token', 'pad_token'];

/**
 * The template of a parsed Hugging Face `tokenizer_config.json`, with the texts of its special tokens. Newer models, and
 * folders of ONNX Runtime GenAI, keep the template beside it in `chat_template.jinja`: see `chatTemplateFile`.
 *
 * @throws {InvalidArgumentError} when `config` is not an object
 * @throws {LlamellaError} `template` when there is no template, or it is not valid
 */
export function chatTemplateFromConfig(
  config: TokenizerConfig,
  options: ConfigChatTemplateOptions = {},
): ChatTemplate {
  if (typeof config !== 'object' || config === null)
    throw new InvalidArgumentError('config', 'must be an object');
  const {
    templateName,
    name = 'chat_template of tokenizer_config.json',
    chatTemplateFile,
    additionalTemplates = {},
    genaiConfig,
    tokenizer,
    ...rest
  } = options;
  const tokens: Record<string, string> = {};
  for (const field of TOKENS) {
    const text = tokenText(config[field]) ?? genaiToken(genaiConfig, field, config, tokenizer);
    if (text !== undefined) tokens[field] = text;
  }
  const named = Object.entries(additionalTemplates);
  const isElsewhere = chatTemplateFile !== undefined || (named.length > 0 && !config.chat_template);
  const sources = isElsewhere ? new Map<string, string>() : readSources(config.chat_template, name);
  if (chatTemplateFile !== undefined) sources.set('default', chatTemplateFile);
  for (const [key, source] of named) sources.set(key, source);
  return chooseTemplate(sources, templateName, {
    ...rest,
    name,
    variables: { ...tokens, ...rest.variables },
  });
}

function readSources(templates: unknown, name: string): Map<string, string> {
  if (templates === undefined || templates === null) throw missingTemplate(name);
  if (typeof templates === 'string') return new Map([['default', templates]]);
  if (!Array.isArray(templates)) throw templateError(name, 'must be a string or a list');
  const sources = new Map<string, string>();
  for (const [index, entry] of templates.entries()) {
    const { name: key, template } = (entry ?? {}) as { name?: unknown; template?: unknown };
    if (typeof key !== 'string' || typeof template !== 'string')
      throw templateError(name, `entry ${index} must have a name and a template`);
    sources.set(key, template);
  }
  if (sources.size === 0) throw missingTemplate(name);
  return sources;
}

/** The text of a token whose id `genai_config.json` names. */
function genaiToken(
  genaiConfig: unknown,
  field: string,
  config: TokenizerConfig,
  tokenizer: Pick<Tokenizer, 'idToToken'> | undefined,
): string | undefined {
  const { model } = (genaiConfig ?? {}) as { model?: Record<string, unknown> };
  const id = [model?.[`${field}_id`]].flat()[0];
  if (typeof id !== 'number') return undefined;
  const decoder = config.added_tokens_decoder as Record<string, unknown> | undefined;
  return tokenizer?.idToToken(id) ?? tokenText(decoder?.[String(id)]);
}

function tokenText(token: unknown): string | undefined {
  const text = typeof token === 'object' && token !== null ? (token as { content?: unknown }).content : token;
  return typeof text === 'string' ? text : undefined;
}
