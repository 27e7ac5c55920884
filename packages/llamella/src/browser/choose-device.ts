import {
  type Profile,
  wasmExactProfile,
  wasmProfile,
  webgpuExactProfile,
  webgpuProfile,
} from '@llamella/graph';
import type { BrowserDevice } from './browser-model.ts';
import { gpuFacts } from './gpu-facts.ts';

/** Where a model runs, and why not elsewhere. */
export interface WebChoice {
  readonly device: Exclude<BrowserDevice, 'auto'>;
  /** Sentences for people. */
  readonly notes: readonly string[];
}

/** `auto` takes the GPU where there is a real one. */
export async function chooseWebDevice(asked: BrowserDevice): Promise<WebChoice> {
  if (asked !== 'auto') return { device: asked, notes: [] };
  const { available, reason, software, adapter } = await gpuFacts();
  if (!available) return { device: 'wasm', notes: [`It runs on the processor: ${reason}.`] };
  if (software !== true) return { device: 'webgpu', notes: [] };
  return {
    device: 'wasm',
    notes: [`It runs on the processor: ${adapter} is no graphics card but a program, which is slower.`],
  };
}

/** The graph profile for a device. */
export function profileFor(device: WebChoice['device'], exact: boolean): Profile {
  if (device === 'webgpu') return exact ? webgpuExactProfile : webgpuProfile;
  return exact ? wasmExactProfile : wasmProfile;
}
