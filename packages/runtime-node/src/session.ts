import type { GraphPlan } from '@llamella/spec';
import koffi from 'koffi';
import { appendProvider, type Device } from './device.ts';
import { cStrings } from './native/c-strings.ts';
import type { HandleStack } from './native/handle-stack.ts';
import { keepAlive } from './native/keep-alive.ts';
import type { MappedFile } from './native/mapped-file.ts';
import type { Handle, OrtApi } from './native/ort-api.ts';
import { returnFreedMemory } from './native/return-freed-memory.ts';
import { forgetWhile, useWeightsFile, type WeightsFile } from './weights-file.ts';

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

/** A compiled graph, and what has to outlive it. */
export interface Session {
  /** Owned by the `handles` that it was made with. */
  readonly handle: Handle;
  /** The weights that it reads where they lie; to be disposed after the session. */
  readonly mapped: MappedFile | undefined;
}

/**
 * Compiles a graph whose constants lie in `weights`, on another thread. Of weights in memory the runtime copies what it
 * needs: they may be given up afterwards. Those in a file are mapped.
 *
 * @param weights uint8, the external data of the plan, or a file with it
 * @param handles owns the session, and tensors that have to outlive it
 * @throws what `appendProvider` throws; {LlamellaError} `backend` when ONNX Runtime refuses an option or the graph
 */
export async function createSession(
  api: OrtApi,
  plan: GraphPlan,
  weights: Uint8Array | WeightsFile,
  options: SessionOptions,
  handles: HandleStack,
): Promise<Session> {
  const sessionOptions = api.create('CreateSessionOptions');
  let mapped: MappedFile | undefined;
  try {
    api.check('SetIntraOpNumThreads', sessionOptions, options.threads);
    api.check('SetSessionGraphOptimizationLevel', sessionOptions, OPTIMIZE_ALL);
    // Plans of memory are made per input shape; prompts have many, and each plan would keep its block.
    api.check('DisableMemPattern', sessionOptions);
    for (const [key, value] of Object.entries(options.configEntries ?? {})) {
      api.check('AddSessionConfigEntry', sessionOptions, key, value);
    }
    appendProvider(api, sessionOptions, options.device, options.providerOptions);
    const inMemory =
      weights instanceof Uint8Array ? addWeights(api, sessionOptions, plan.externalFile, weights) : [];
    if (!(weights instanceof Uint8Array)) {
      mapped = useWeightsFile(api, sessionOptions, plan, { file: weights, device: options.device, handles });
    }
    const model = plan.model;
    const handle = await forgetWhile(
      mapped,
      api.createAsync('CreateSessionFromArray', api.environment, model, model.byteLength, sessionOptions),
    );
    handles.own('ReleaseSession', handle);
    keepAlive(inMemory, model);
    returnFreedMemory();
    return { handle, mapped };
  } catch (error) {
    handles.release();
    mapped?.[Symbol.dispose]();
    throw error;
  } finally {
    api.call('ReleaseSessionOptions', sessionOptions);
  }
}

/** @returns what has to stay referenced until the session is made */
function addWeights(
  api: OrtApi,
  sessionOptions: Handle,
  externalFile: string,
  weights: Uint8Array,
): readonly unknown[] {
  const names = cStrings([externalFile], process.platform === 'win32' ? 'utf16le' : 'utf8');
  const buffers = new BigUint64Array([koffi.address(weights)]);
  const lengths = new BigUint64Array([BigInt(weights.byteLength)]);
  const place = [names.addresses, buffers, lengths] as const;
  api.check('AddExternalInitializersFromFilesInMemory', sessionOptions, ...place, 1);
  return [names, buffers, lengths, weights];
}
