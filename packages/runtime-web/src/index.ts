export { createWebBackend, type WebBackend, type WebBackendOptions } from './create-web-backend.ts';
export { describeGpu, type GpuDescription } from './gpu-adapter.ts';
export { requireMemory } from './require-memory.ts';
export type { WeightsSource } from './send-weights.ts';
export { threadsProblem } from './threads-problem.ts';
export type { WebDevice } from './web-device.ts';
