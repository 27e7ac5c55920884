export type { GrammarCompiler } from '@llamella/grammar';
export type { Device } from '@llamella/runtime-node';
export { listDevices } from '@llamella/runtime-node';
export type {
  ChatMessage,
  ErrorCode,
  FinishReason,
  GenerateOptions,
  GenerationPart,
  GenerationTimings,
  ModelConfig,
  OnProgress,
  PositionLogprobs,
  Progress,
  SamplingOptions,
  TensorFidelity,
  TensorInfo,
  TokenGrammar,
  Tokenizer,
} from '@llamella/spec';
export { LlamellaError } from '@llamella/spec';
export type { PackedCacheOptions } from './cache-settings.ts';
export type { TensorChange } from './convert-change.ts';
export { type ConvertOptions, type ConvertReport, convertModel } from './convert-model.ts';
export type { WrittenFile } from './convert-output.ts';
export type { ConvertFormat, ConvertType } from './convert-types.ts';
export type { DeviceChoice } from './device-profile.ts';
export type { ChatRenderOptions } from './encode-chat.ts';
export { fileSource } from './file-source.ts';
export { type InspectOptions, inspectModel, type ModelReport } from './inspect-model.ts';
export { type LoadOptions, loadModel } from './load-model.ts';
export { loadTokenizer } from './load-tokenizer.ts';
export type { ChatOptions, LoadedModel } from './loaded-model.ts';
