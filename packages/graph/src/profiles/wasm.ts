import { cpuExactProfile } from './cpu.ts';
import type { Profile } from './profile.ts';

/** ONNX Runtime's CPU execution provider compiled to WebAssembly: float32 weights, decoded when they are packed. */
export const wasmProfile: Profile = { ...cpuExactProfile, name: 'wasm' };

/** The same without any rounding. */
export const wasmExactProfile: Profile = { ...wasmProfile, name: 'wasm-exact' };
