export {
  type ConfigChatTemplateOptions,
  chatTemplateFromConfig,
  type ModelChatTemplateOptions,
  type TokenizerConfig,
} from './chat-template-from-config.ts';
export {
  chatTemplateFromGguf,
  type GgufChatTemplateOptions,
  type GgufMetadata,
} from './chat-template-from-gguf.ts';
export { type ChatTemplateOptions, createChatTemplate } from './create-chat-template.ts';
export type { ChatTemplateLimits } from './limits.ts';
