import {
  type Profile,
  wasmExactProfile,
  wasmProfile,
  webgpuExactProfile,
  webgpuProfile,
} from '@llamella/graph';
import { describeGpu } from '@llamella/runtime-web';
import type { BrowserDevice } from './browser-model.ts';
import { gpuFacts } from './gpu-facts.ts';

/** Where a model runs, and why not elsewhere. */
export interface WebChoice {
  readonly device: Exclude<BrowserDevice, 'auto'>;
  /** Bytes of the largest constant, on a GPU. */
  readonly maximumTensorBytes?: number;
  /** Sentences for people. */
  readonly notes: readonly string[];
}

/**
 * `auto` takes the GPU where there is a real one.
 *
 * @throws {UnsupportedError} when `webgpu` is asked for and there is none
 */
export async function chooseWebDevice(asked: BrowserDevice): Promise<WebChoice> {
  if (asked === 'wasm') return onProcessor(undefined);
  if (asked === 'webgpu') {
    const { maximumTensorBytes } = await describeGpu();
    return { device: 'webgpu', maximumTensorBytes, notes: [] };
  }
  const { available, reason, software, adapter, maxBufferBytes } = await gpuFacts();
  if (!available) return onProcessor(reason!);
  if (software === true) return onProcessor(`WebGPU is a program here (${adapter}), which is slower`);
  return { device: 'webgpu', maximumTensorBytes: maxBufferBytes!, notes: [] };
}

/** The processor, and why it is not the GPU. */
export function onProcessor(reason: string | undefined): WebChoice {
  const notes = reason === undefined ? [] : [`The model runs on the processor: ${reason}.`];
  if (!globalThis.crossOriginIsolated) {
    notes.push(
      'One thread only: the page is not isolated (Cross-Origin-Opener-Policy, Cross-Origin-Embedder-Policy).',
    );
  }
  return { device: 'wasm', notes };
}

/** The graph profile for a device. */
export function profileFor(device: WebChoice['device'], exact: boolean): Profile {
  if (device === 'webgpu') return exact ? webgpuExactProfile : webgpuProfile;
  return exact ? wasmExactProfile : wasmProfile;
}
