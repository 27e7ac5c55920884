import { threadsProblem } from '@llamella/runtime-web';
import type { BrowserSupport } from './browser-support.ts';
import { gpuFacts } from './gpu-facts.ts';
import { hasStorage } from './has-storage.ts';

/** What `threads` is by default at most. */
const MOST_DEFAULT_THREADS = 4;

/** Finds out what this browser can run. It loads nothing. */
export async function detectSupport(): Promise<BrowserSupport> {
  const [webgpu, storage] = await Promise.all([gpuFacts(), storageFacts()]);
  const wasm = wasmFacts();
  const device = webgpu.available && webgpu.software !== true ? 'webgpu' : wasm.available ? 'wasm' : 'none';
  return { webgpu, wasm, storage, device, notes: sentences({ webgpu, wasm, storage, device }) };
}

function wasmFacts(): BrowserSupport['wasm'] {
  const available =
    typeof WebAssembly === 'object' && WebAssembly.validate(vectorModule) && 'Worker' in globalThis;
  if (!available) {
    const reason = 'this browser has no WebAssembly with vector instructions, or no workers';
    return { available, reason, threads: 1 };
  }
  const threadsReason = threadsProblem();
  if (threadsReason !== undefined) return { available, threads: 1, threadsReason };
  const threads = Math.min(navigator.hardwareConcurrency, MOST_DEFAULT_THREADS);
  return { available, threads, ...(threads === 1 && { threadsReason: 'the machine has one processor' }) };
}

/** A module whose one function makes a vector. */
const vectorModule = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0],
  ...[10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11],
);

async function storageFacts(): Promise<BrowserSupport['storage']> {
  if (!(await hasStorage())) {
    const reason = globalThis.isSecureContext
      ? 'this browser, or this private window, has no file system of its own for pages'
      : 'a page has a file system only when it is served over https, or from this machine';
    return { available: false, reason, persisted: false };
  }
  const { usage, quota } = await navigator.storage.estimate().catch(() => ({}) as StorageEstimate);
  return {
    available: true,
    persisted: await navigator.storage.persisted().catch(() => false),
    ...(usage !== undefined && { usageBytes: usage }),
    ...(quota !== undefined && { quotaBytes: quota }),
  };
}

function sentences({ webgpu, wasm, storage, device }: Omit<BrowserSupport, 'notes'>): string[] {
  const notes: string[] = [];
  const name = webgpu.adapter === undefined ? 'the GPU' : `the GPU (${webgpu.adapter})`;
  if (device === 'webgpu') notes.push(`Models run on ${name}, which is the fastest way here.`);
  else if (device === 'wasm') {
    notes.push(
      webgpu.available
        ? `Models run on the processor: WebGPU is here a program (${webgpu.adapter ?? 'software'}), which is slower.`
        : `Models run on the processor, since ${webgpu.reason}.`,
    );
  } else notes.push(`No model can run here: ${wasm.reason}.`);
  if (device === 'webgpu' && webgpu.float16 !== true) {
    notes.push('This GPU computes in float32 only, which is slower than float16.');
  }
  if (wasm.threadsReason !== undefined && device === 'wasm') {
    notes.push(`One thread only, which is slow, since ${wasm.threadsReason}.`);
  }
  if (!storage.available) notes.push(`Models cannot be kept, since ${storage.reason}.`);
  return notes;
}
