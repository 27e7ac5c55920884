import type { BrowserSupport } from './browser-support.ts';

/** What WebGPU tells about the GPU, on a page or in a worker. */
export async function gpuFacts(): Promise<BrowserSupport['webgpu']> {
  if (navigator.gpu === undefined) {
    const reason = globalThis.isSecureContext
      ? 'this browser has no WebGPU, or it is turned off'
      : 'WebGPU needs a page served over https, or from this machine';
    return { available: false, reason };
  }
  const adapter = await navigator.gpu
    .requestAdapter({ powerPreference: 'high-performance' })
    .catch(() => null);
  if (adapter === null) {
    return { available: false, reason: 'this browser found no GPU that it runs WebGPU on' };
  }
  const { info, limits, features } = adapter;
  const name = [info.vendor, info.architecture, info.device, info.description]
    .filter((text) => text)
    .join(' ');
  const isFallback = (info as { readonly isFallbackAdapter?: boolean }).isFallbackAdapter === true;
  return {
    available: true,
    ...(name !== '' && { adapter: name }),
    software: isFallback || /swiftshader|llvmpipe|lavapipe|basic render/i.test(name),
    float16: features.has('shader-f16'),
    maxBufferBytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
  };
}
