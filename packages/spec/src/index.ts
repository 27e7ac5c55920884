export type { Backend, BackendInfo, ForwardRequest } from './backend.ts';
export type { ByteSource } from './byte-source.ts';
export type { ChatContentPart, ChatMessage, ChatTemplate } from './chat.ts';
export type { Checkpoint } from './checkpoint.ts';
export { asyncDispose, dispose } from './disposal.ts';
export type {
  FinishReason,
  GenerateOptions,
  GenerationPart,
  GenerationTimings,
  PositionLogprobs,
} from './generation.ts';
export type {
  DataType,
  GraphInterface,
  GraphPlan,
  Initializer,
  PackGrid,
  PackKind,
  PackRecipe,
  TensorFidelity,
} from './graph-plan.ts';
export { InvalidArgumentError } from './invalid-argument-error.ts';
export { type FileLocation, InvalidFileError } from './invalid-file-error.ts';
export type { KvCache, KvSequence, KvStorage } from './kv-cache.ts';
export { type ErrorCode, LlamellaError } from './llamella-error.ts';
export type { ModelConfig, RopeScaling } from './model-config.ts';
export type { OnProgress, Progress } from './progress.ts';
export type { Sampler, SamplingOptions, SamplingStep, TokenLogprob } from './sampler.ts';
export type { TensorInfo, TensorType } from './tensor.ts';
export type { TokenConstraint, TokenGrammar } from './token-constraint.ts';
export type {
  DecodeOptions,
  EncodeOptions,
  SpecialTokenIds,
  StreamingDecoder,
  Tokenizer,
} from './tokenizer.ts';
export { UnsupportedError } from './unsupported-error.ts';
