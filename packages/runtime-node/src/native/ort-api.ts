import { LlamellaError } from '@llamella/spec';
import koffi from 'koffi';
import { API_LENGTH, API_VERSION, type FunctionName, functionTable } from './function-table.ts';
import { libraryPath } from './library-path.ts';
import { loadLibrary } from './load-library.ts';

/** An opaque handle of the C API. */
export type Handle = unknown;

type Status = Handle | null;
type NativeFunction = ReturnType<typeof koffi.decode> & ((...values: unknown[]) => unknown);

/** ONNX Runtime's C API in this process, bound once. */
export class OrtApi {
  readonly #functions = new Map<FunctionName, NativeFunction>();
  /** If the handle were collected, the code would be unmapped under running sessions. */
  readonly library: unknown;
  readonly version: string;
  readonly environment: Handle;

  constructor(path: string) {
    const library = loadLibrary(path);
    this.library = library;
    const base = library.func('void* OrtGetApiBase()')();
    const [getApi, getVersion] = koffi.decode(base, koffi.array('void*', 2)) as [unknown, unknown];
    this.version = koffi.call(getVersion, koffi.proto('str OrtGetVersionString()')) as string;
    const api = koffi.call(getApi, koffi.proto('void* OrtGetApi(uint32_t version)'), API_VERSION);
    if (api === null) {
      throw new LlamellaError(
        'backend',
        `${path} is ONNX Runtime ${this.version}, which is older than the API version ${API_VERSION} that is needed`,
      );
    }
    const table = koffi.decode(api, koffi.array('void*', API_LENGTH)) as unknown[];
    for (const [name, [position, prototype]] of Object.entries(functionTable)) {
      const signature = prototype.replace(' (', ` Ort${name}(`);
      this.#functions.set(name as FunctionName, koffi.decode(table[position], koffi.proto(signature)));
    }
    this.environment = this.create('CreateEnv', LOG_ERRORS, 'llamella');
  }

  /** Calls a function that returns nothing or a plain value. */
  call(name: FunctionName, ...values: unknown[]): unknown {
    return this.#functions.get(name)!(...values);
  }

  /** Calls a function that returns a status. @throws {LlamellaError} `backend` with the runtime's message */
  check(name: FunctionName, ...values: unknown[]): void {
    this.#throwOn(name, this.call(name, ...values) as Status);
  }

  /** Calls a function that returns a status, on another thread; the event loop goes on. */
  async checkAsync(name: FunctionName, ...values: unknown[]): Promise<void> {
    const status = await new Promise<Status>((resolve, reject) => {
      this.#functions
        .get(name)!
        .async(...values, (error: Error | null, result: Status) => (error ? reject(error) : resolve(result)));
    });
    this.#throwOn(name, status);
  }

  /** Calls a function whose last parameter receives a new handle. */
  create(name: FunctionName, ...values: unknown[]): Handle {
    const slot: [Handle] = [null];
    this.check(name, ...values, slot);
    return slot[0];
  }

  async createAsync(name: FunctionName, ...values: unknown[]): Promise<Handle> {
    const slot: [Handle] = [null];
    await this.checkAsync(name, ...values, slot);
    return slot[0];
  }

  /** Execution providers that this build of the library contains, such as `CPUExecutionProvider`. */
  availableProviders(): string[] {
    const names: [Handle] = [null];
    const count: [number] = [0];
    this.check('GetAvailableProviders', names, count);
    const list = koffi.decode(names[0], koffi.array('str', count[0])) as string[];
    this.check('ReleaseAvailableProviders', names[0], count[0]);
    return list;
  }

  #throwOn(name: FunctionName, status: Status): void {
    if (status === null) return;
    const message = this.call('GetErrorMessage', status) as string;
    this.call('ReleaseStatus', status);
    throw new LlamellaError('backend', `ONNX Runtime, ${name}: ${message}`);
  }
}

const LOG_ERRORS = 3;

let api: OrtApi | undefined;

/** The C API, loaded on first use and kept for the life of the process. */
export function ortApi(): OrtApi {
  api ??= new OrtApi(libraryPath());
  return api;
}
