export { createEngine } from './create-engine.ts';
export type {
  ComputeLogprobs,
  Engine,
  EngineGenerateOptions,
  EngineOptions,
  LogitsOptions,
} from './engine.ts';
