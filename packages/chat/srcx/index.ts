export type { OutputEvent } from './output.ts';
export {
  type AssistantMessage,
  collectMessage,
  createOutputParser,
  detectOutputFormat,
  type OutputFormatName,
  type OutputParser,
  type OutputParserOptions,
} from './output.ts';
export type { ChatTemplateLimits } from './template.ts';
export {
  type ChatTemplateOptions,
  type ConfigChatTemplateOptions,
  chatTemplateFromConfig,
  chatTemplateFromGguf,
  createChatTemplate,
  type GgufChatTemplateOptions,
  type GgufMetadata,
  type ModelChatTemplateOptions,
  type TokenizerConfig,
} from './template.ts';
