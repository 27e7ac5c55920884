export { type BuildGraphOptions, buildGraph } from './build-graph.ts';
export { fidelityOf, type LinearForm } from './linear-form.ts';
export { cpuExactProfile, cpuFineGridProfile, cpuProfile } from './profiles/cpu.ts';
export type { Profile } from './profiles/profile.ts';
export { webgpuExactProfile, webgpuProfile } from './profiles/webgpu.ts';
export { type RotaryTables, rotaryFrequencies, rotaryTables } from './rotary-tables.ts';
