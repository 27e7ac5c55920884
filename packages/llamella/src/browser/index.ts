export type {
  ChatMessage,
  ErrorCode,
  FinishReason,
  GenerationPart,
  GenerationTimings,
  ModelConfig,
  OnProgress,
  PositionLogprobs,
  Progress,
  SamplingOptions,
  TensorFidelity,
} from '@llamella/spec';
export { LlamellaError } from '@llamella/spec';
export type { ChatRenderOptions } from '../encode-chat.ts';
export type {
  AnswerGrammar,
  BrowserChatOptions,
  BrowserDevice,
  BrowserGenerateOptions,
  BrowserLoadOptions,
  BrowserModel,
  BrowserModelReference,
  LoadBrowserModel,
  TokenizedText,
} from './browser-model.ts';
export type { BrowserSupport } from './browser-support.ts';
export { createModelStore, type ModelStoreOptions } from './create-model-store.ts';
export { detectSupport } from './detect-support.ts';
export { hasStorage } from './has-storage.ts';
export { loadBrowserModel, loadBrowserModel as loadModel } from './load-browser-model.ts';
export type { ModelStore, StoreContents, StoredModel } from './model-store.ts';
