import type { GraphPlan } from '@llamella/spec';
import koffi from 'koffi';
import { appendProvider, type Device } from './device.ts';
import { cStrings } from './native/c-strings.ts';
import { keepAlive } from './native/keep-alive.ts';
import type { Handle, OrtApi } from './native/ort-api.ts';
import { returnFreedMemory } from './native/return-freed-memory.ts';

export interface SessionOptions {
  readonly device: Device;
  /** Threads that one operator may use. */
  readonly threads: number;
  /** Options of the execution provider, as ONNX Runtime names them. */
  readonly providerOptions?: Readonly<Record<string, string>>;
  /** Session configuration entries of ONNX Runtime, such as `session.intra_op.allow_spinning`. */
  readonly configEntries?: Readonly<Record<string, string>>;
}

const OPTIMIZE_ALL = 99;

/**
 * Compiles a graph whose constants lie in `weights`, on another thread. The runtime copies what it needs: `weights`
 * may be given up afterwards.
 *
 * @param weights uint8, the external data of the plan
 * @returns a session, to be released by the caller
 * @throws what `appendProvider` throws; {LlamellaError} `backend` when ONNX Runtime refuses an option or the graph
 */
export async function createSession(
  api: OrtApi,
  plan: Pick<GraphPlan, 'model' | 'externalFile'>,
  weights: Uint8Array,
  options: SessionOptions,
): Promise<Handle> {
  const sessionOptions = api.create('CreateSessionOptions');
  try {
    api.check('SetIntraOpNumThreads', sessionOptions, options.threads);
    api.check('SetSessionGraphOptimizationLevel', sessionOptions, OPTIMIZE_ALL);
    // Plans of memory are made per input shape; prompts have many, and each plan would keep its block.
    api.check('DisableMemPattern', sessionOptions);
    for (const [key, value] of Object.entries(options.configEntries ?? {})) {
      api.check('AddSessionConfigEntry', sessionOptions, key, value);
    }
    appendProvider(api, sessionOptions, options.device, options.providerOptions);
    const names = cStrings([plan.externalFile], process.platform === 'win32' ? 'utf16le' : 'utf8');
    const buffers = new BigUint64Array([koffi.address(weights)]);
    const lengths = new BigUint64Array([BigInt(weights.byteLength)]);
    api.check(
      'AddExternalInitializersFromFilesInMemory',
      sessionOptions,
      names.addresses,
      buffers,
      lengths,
      1,
    );
    const model = plan.model;
    const session = await api.createAsync(
      'CreateSessionFromArray',
      api.environment,
      model,
      model.byteLength,
      sessionOptions,
    );
    keepAlive(names, buffers, lengths, weights, model);
    returnFreedMemory();
    return session;
  } finally {
    api.call('ReleaseSessionOptions', sessionOptions);
  }
}
