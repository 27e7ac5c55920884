import { chatTemplateFromConfig, type TokenizerConfig } from '@llamella/chat';
import { type ChatTemplate, LlamellaError, type Tokenizer } from '@llamella/spec';
import { readJsonObject, readTextFile } from './folder-files.ts';
import { tokenizerInFolder } from './folder-tokenizer.ts';
import type { ModelFiles } from './model-files.ts';

/**
 * The tokenizer of a folder with a model.
 *
 * @throws {LlamellaError} `not-found` when the folder has none
 */
export async function requireTokenizer(
  files: ModelFiles,
  signal: AbortSignal | undefined,
  endTokenIds: readonly number[] = [],
): Promise<Tokenizer> {
  const tokenizer = await tokenizerInFolder(files, signal, endTokenIds);
  if (tokenizer !== undefined) return tokenizer;
  const problem = 'no tokenizer.json and no tokenizer.model; put that of the model into the folder';
  throw new LlamellaError('not-found', `${files.name}: ${problem}`);
}

/**
 * The chat template of a folder with a model: `chat_template.jinja`, and others in `additional_chat_templates`, before
 * the one in `tokenizer_config.json`. The files are read now, the template is parsed when first asked for.
 */
export async function chatTemplateInFolder(
  files: ModelFiles,
  options: {
    readonly tokenizer: Tokenizer;
    readonly genaiConfig?: unknown;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<() => ChatTemplate> {
  const { tokenizer, genaiConfig, signal } = options;
  const config = ((await readJsonObject(files, 'tokenizer_config.json', signal)) ?? {}) as TokenizerConfig;
  const chatTemplateFile =
    (await readTextFile(files, 'chat_template.jinja', signal)) ?? (await templateInJson(files, signal));
  const additionalTemplates = await readAdditional(files.folder('additional_chat_templates'), signal);
  let template: ChatTemplate | undefined;
  return () =>
    (template ??= chatTemplateFromConfig(config, {
      name: files.path(chatTemplateFile === undefined ? 'tokenizer_config.json' : 'chat_template.jinja'),
      tokenizer,
      additionalTemplates,
      ...(chatTemplateFile !== undefined && { chatTemplateFile }),
      ...(genaiConfig !== undefined && { genaiConfig }),
    }));
}

/** Some processors write `chat_template.json` with the one field `chat_template`. */
async function templateInJson(
  files: ModelFiles,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const template = (await readJsonObject(files, 'chat_template.json', signal))?.chat_template;
  return typeof template === 'string' ? template : undefined;
}

async function readAdditional(
  files: ModelFiles,
  signal: AbortSignal | undefined,
): Promise<Record<string, string>> {
  const templates: Record<string, string> = {};
  for (const name of (await files.list()).filter((each) => each.endsWith('.jinja'))) {
    templates[name.slice(0, -'.jinja'.length)] = (await readTextFile(files, name, signal))!;
  }
  return templates;
}
