export {
  type BackendSuiteOptions,
  backendCases,
  type CreateBackend,
  describeBackend,
} from './backend-suite.ts';
export { byteSourceCases, type CreateByteSource, describeByteSource } from './byte-source-suite.ts';
export { createByteTokenizer } from './byte-tokenizer.ts';
export { type ConformanceCase, registerCases, type SkippedCase } from './conformance-case.ts';
export { FakeBackend, type FakeBackendOptions } from './fake-backend.ts';
export { keepTop } from './keep-top.ts';
export type { CreateKvCache } from './kv-cache-driver.ts';
export { describeKvCache, kvCacheCases } from './kv-cache-suite.ts';
export { createMemorySource } from './memory-source.ts';
export { garbage, MemoryStorage, type MemoryStorageOptions } from './memory-storage.ts';
export { createRandom, mix, type Random } from './random.ts';
export { type ReadmeExample, readmeExamples, runExample } from './readme.ts';
export { createReferenceSampler } from './reference-sampler.ts';
export { type CreateSampler, describeSampler, samplerCases } from './sampler-suite.ts';
export { type CreateTokenizer, describeTokenizer, tokenizerCases } from './tokenizer-suite.ts';
