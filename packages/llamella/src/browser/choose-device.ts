import {
  type Profile,
  wasmExactProfile,
  wasmProfile,
  webgpuExactProfile,
  webgpuHalfProfile,
  webgpuProfile,
} from '@llamella/graph';
import { describeGpu, threadsProblem } from '@llamella/runtime-web';
import { LlamellaError } from '@llamella/spec';
import type { BrowserDevice } from './browser-model.ts';
import { gpuFacts } from './gpu-facts.ts';

/** Where a model runs, and why not elsewhere. */
export interface WebChoice {
  readonly device: Exclude<BrowserDevice, 'auto'>;
  /** Bytes of the largest constant, on a GPU. */
  readonly maximumTensorBytes?: number;
  /** Whether a GPU computes in float16, unless `exact` is asked for. Default `false`. */
  readonly float16?: boolean;
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
    const { maximumTensorBytes, float16, software } = await describeGpu();
    return { device: 'webgpu', maximumTensorBytes, float16: float16 && !software, notes: [] };
  }
  const { available, reason, software, adapter, maxBufferBytes, float16 = false } = await gpuFacts();
  if (!available) return onProcessor(reason!);
  if (software === true) return onProcessor(`WebGPU is a program here (${adapter}), which is slower`);
  return { device: 'webgpu', maximumTensorBytes: maxBufferBytes!, float16, notes: [] };
}

/** Why a model is in float32 on a GPU that computes in float16. */
export const TOO_LARGE =
  'Numbers of this model are too large for float16: it is computed in float32, which takes longer and more memory.';

/**
 * What to try after a load that failed: a GPU in float32 after float16; the processor, where `auto` was asked for.
 *
 * @returns nothing when the failure has nothing to do with the choice
 */
export function afterFailure(
  choice: WebChoice,
  { device, exact }: { readonly device: BrowserDevice; readonly exact: boolean },
  error: unknown,
): WebChoice | undefined {
  if (!LlamellaError.isInstance(error) || choice.device === 'wasm') return undefined;
  const { code, message } = error;
  const isOverflow = code === 'overflow';
  if (!isOverflow && code !== 'backend' && code !== 'unsupported') return undefined;
  if (choice.float16 === true && !exact) {
    const note = isOverflow ? TOO_LARGE : `The model is computed in float32: float16 failed (${message}).`;
    return { ...choice, float16: false, notes: [...choice.notes, note] };
  }
  return device === 'auto' ? onProcessor(`the GPU could not run it (${message})`) : undefined;
}

/** The processor, and why it is not the GPU. */
export function onProcessor(reason: string | undefined): WebChoice {
  const notes = reason === undefined ? [] : [`The model runs on the processor: ${reason}.`];
  const problem = threadsProblem();
  if (problem !== undefined) notes.push(`One thread only: ${problem}.`);
  return { device: 'wasm', notes };
}

/** The graph profile for a choice. */
export function profileFor({ device, float16 }: WebChoice, exact: boolean): Profile {
  if (device === 'webgpu') {
    return exact ? webgpuExactProfile : float16 === true ? webgpuHalfProfile : webgpuProfile;
  }
  return exact ? wasmExactProfile : wasmProfile;
}
