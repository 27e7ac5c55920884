import { UnsupportedError } from '@llamella/spec';

/** What a GPU is and holds, as far as plans and choices of devices depend on it. */
export interface GpuDescription {
  /** What the adapter calls itself; may be empty. */
  readonly name: string;
  /** Whether the processor computes in its place, as SwiftShader does: slowly, and without float16. */
  readonly software: boolean;
  /** Whether shaders compute in float16. */
  readonly float16: boolean;
  /** Bytes of the largest tensor: the option `maximumTensorBytes` of `buildGraph`. */
  readonly maximumTensorBytes: number;
}

const advice = 'use the device wasm, or a browser and a machine with WebGPU';
/** How long after a browser said that there is no adapter it is asked again. */
const SECOND_TRY_MS = 250;
const softwareNames = /swiftshader|llvmpipe|lavapipe|softpipe|microsoft basic render/i;

/**
 * Describes the GPU that a backend with the device `webgpu` would open. Ask before a plan is built for it: matrices
 * that are larger than one of its buffers have to be split. Works in pages and in workers; nothing stays open.
 *
 * @throws {UnsupportedError} when there is no WebGPU, or no adapter
 */
export async function describeGpu(): Promise<GpuDescription> {
  return describeAdapter(await requestAdapter());
}

/** The GPU that is fastest by the browser's judgement. @throws {UnsupportedError} when there is none */
export async function requestAdapter(): Promise<GPUAdapter> {
  if (globalThis.navigator?.gpu === undefined) throw new UnsupportedError('WebGPU in this browser', advice);
  // Chromium that was just started may have none at first.
  for (const milliseconds of [0, SECOND_TRY_MS]) {
    if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
    const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter !== null) return adapter;
  }
  throw new UnsupportedError('WebGPU on this machine', `there is no adapter; ${advice}`);
}

/** What is known of an adapter. */
export function describeAdapter({ info, features, limits }: GPUAdapter): GpuDescription {
  const { vendor = '', architecture = '', device = '', description = '' } = info ?? {};
  const name = [...new Set([vendor, architecture, device, description])].filter(Boolean).join(' ');
  return {
    name,
    software: info?.isFallbackAdapter === true || softwareNames.test(name),
    float16: features.has('shader-f16'),
    maximumTensorBytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
  };
}
