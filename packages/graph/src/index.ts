export { checkArchitecture } from './architectures/architectures.ts';
export { type BuildGraphOptions, buildGraph } from './build-graph.ts';
export { type GenaiTokenIds, genaiConfig } from './export/genai-config.ts';
export { genaiGraph } from './export/genai-graph.ts';
export type { BlockSize, LinearForm, MinimumForm } from './linear-form.ts';
export { cpuBlockSumProfile, cpuExactProfile, cpuFineGridProfile, cpuProfile } from './profiles/cpu.ts';
export type { LinearRole, Profile, WeightLayout } from './profiles/profile.ts';
export { webgpuExactProfile, webgpuProfile } from './profiles/webgpu.ts';
export { type RotaryTables, rotaryFrequencies, rotaryTables } from './rotary-tables.ts';
