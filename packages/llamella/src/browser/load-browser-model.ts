import { InvalidArgumentError } from '@llamella/spec';
import type {
  BrowserDevice,
  BrowserLoadOptions,
  BrowserModel,
  BrowserModelReference,
} from './browser-model.ts';
import { createModelWorker } from './create-model-worker.ts';
import { modelOverLink } from './model-over-link.ts';
import { sendReference } from './send-reference.ts';
import { WorkerLink } from './worker-link.ts';

const devices: readonly BrowserDevice[] = ['auto', 'webgpu', 'wasm'];

/**
 * Loads a model in a worker of its own: download, reading, packing, tokenizer, sampler and the graph are off the page's
 * thread.
 *
 * @param reference see {@link BrowserModelReference}
 * @throws {LlamellaError} with a code that says why: `not-found`, `invalid-argument`, `invalid-file`, `unsupported`,
 *   `backend`, `network`, `access`, `no-space`
 * @throws `signal.reason` when aborted
 */
export async function loadBrowserModel(
  reference?: BrowserModelReference,
  options: BrowserLoadOptions = {},
): Promise<BrowserModel> {
  const started = performance.now();
  const { signal, onProgress, device = 'auto' } = options;
  if (!devices.includes(device))
    throw new InvalidArgumentError('device', `must be auto, webgpu or wasm in a browser, got ${device}`);
  const sent = sendReference(reference);
  signal?.throwIfAborted();
  const link = new WorkerLink((options.createWorker ?? createModelWorker)());
  try {
    const request = {
      reference: sent,
      device,
      exact: options.exact ?? false,
      threads: options.threads,
      contextLength: options.contextLength,
      slots: options.slots,
      cache: options.cache ?? true,
      wasmPaths: address(options.wasmPaths),
      runtimeWorker: address(options.runtimeWorker),
    };
    const described = await link.call('load', request, { signal, onEvent: onProgress });
    return modelOverLink(link, described, performance.now() - started);
  } catch (error) {
    link.close('disposed', 'the model could not be loaded');
    throw error;
  }
}

/** An address that holds in the worker too. */
function address(given: string | URL | undefined): string | undefined {
  return given === undefined ? undefined : new URL(given, document.baseURI).href;
}
