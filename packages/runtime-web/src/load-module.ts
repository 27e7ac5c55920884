/// <reference path="./onnxruntime-web.d.ts" />
import { LlamellaError, UnsupportedError } from '@llamella/spec';
import type { OrtModule, OrtModuleFactory } from './ort-module.ts';
import { threadsProblem } from './threads-problem.ts';
import type { WebDevice } from './web-device.ts';

const names: Readonly<Record<WebDevice, string>> = {
  wasm: 'ort-wasm-simd-threaded',
  webgpu: 'ort-wasm-simd-threaded.asyncify',
};

const MOST_DEFAULT_THREADS = 4;
const LOG_ERRORS = 3;

/** How the compiled module is found and started. */
export interface ModuleOptions {
  readonly device: WebDevice;
  readonly threads: number | undefined;
  /** Address of the folder with the module's two files, with a slash at its end; absent: as a bundler put them. */
  readonly wasmPaths: string | undefined;
}

/**
 * Loads and starts ONNX Runtime.
 *
 * @throws {UnsupportedError} when threads are wanted and there are none, see {@link threadsProblem}
 * @throws {LlamellaError} `backend` when the module cannot be loaded
 */
export async function loadModule({ device, threads, wasmPaths }: ModuleOptions) {
  const problem = threadsProblem();
  if (threads !== undefined && threads > 1 && problem !== undefined) {
    throw new UnsupportedError(`running on ${threads} threads`, `${problem}; use one thread`);
  }
  const available = problem === undefined ? navigator.hardwareConcurrency : 1;
  const numThreads = threads ?? (device === 'webgpu' ? 1 : Math.min(available, MOST_DEFAULT_THREADS));
  let module: OrtModule;
  try {
    const factory = await loadFactory(device, wasmPaths);
    module = await factory({
      numThreads,
      ...(wasmPaths !== undefined && { locateFile: (name: string) => wasmPaths + name }),
    });
  } catch (cause) {
    const where = wasmPaths === undefined ? 'where it was bundled' : `at ${wasmPaths}`;
    throw new LlamellaError(
      'backend',
      `${names[device]}.mjs or .wasm of onnxruntime-web could not be loaded ${where}: ${String(cause)}; ` +
        'set wasmPaths to the folder that these files are served from',
      { cause },
    );
  }
  if (module._OrtInit(numThreads, LOG_ERRORS) !== 0) {
    throw new LlamellaError('backend', `ONNX Runtime could not start ${numThreads} threads`);
  }
  return { module, threads: numThreads };
}

async function loadFactory(device: WebDevice, wasmPaths: string | undefined): Promise<OrtModuleFactory> {
  if (wasmPaths !== undefined) {
    const address = `${wasmPaths}${names[device]}.mjs`;
    return (
      (await import(/* @vite-ignore */ /* webpackIgnore: true */ address)) as { default: OrtModuleFactory }
    ).default;
  }
  const loaded =
    device === 'wasm'
      ? await import('onnxruntime-web/ort-wasm-simd-threaded.mjs')
      : await import('onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs');
  return loaded.default;
}
