export { createByteTokenizer } from './byte-tokenizer.ts';
export { type ConformanceCase, registerCases, type SkippedCase } from './conformance-case.ts';
export { FakeBackend, type FakeBackendOptions } from './fake-backend.ts';
export { type CreateKvCache, describeKvCache, kvCacheCases } from './kv-cache-suite.ts';
export { garbage, MemoryStorage, type MemoryStorageOptions } from './memory-storage.ts';
export { createRandom, mix, type Random } from './random.ts';
export { createReferenceSampler } from './reference-sampler.ts';
