import { describeGpu } from '@llamella/runtime-web';
import type { BrowserSupport } from './browser-support.ts';

/** What WebGPU tells about the GPU, on a page or in a worker. */
export async function gpuFacts(): Promise<BrowserSupport['webgpu']> {
  if (navigator.gpu === undefined) {
    const reason = globalThis.isSecureContext
      ? 'this browser has no WebGPU, or it is turned off'
      : 'WebGPU needs a page served over https, or from this machine';
    return { available: false, reason };
  }
  try {
    const { name, software, float16, maximumTensorBytes } = await describeGpu();
    return {
      available: true,
      ...(name !== '' && { adapter: name }),
      software,
      float16,
      maxBufferBytes: maximumTensorBytes,
    };
  } catch {
    return { available: false, reason: 'this browser found no GPU that it runs WebGPU on' };
  }
}
