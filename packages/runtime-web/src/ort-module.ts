/** Memory that a tensor lies in, as ONNX Runtime Web numbers it. */
export const tensorLocations = { cpu: 1, gpu: 4 } as const;

/** Element types by their numbers in ONNX. */
export const elementTypes = { float32: 1, int32: 6, int64: 7, float16: 10 } as const;

/** Where the bytes of a mounted file come from; a `Uint8Array` is one. */
export interface MountedBytes {
  readonly byteLength: number;
  subarray(begin: number, end: number): Uint8Array;
}

/** A call that the build for WebGPU may suspend. */
type Suspending<T> = T | Promise<T>;

/** What the compiled module of onnxruntime-web 1.30.0 offers. Handles and addresses are numbers; 0 is failure or none. */
export interface OrtModule {
  readonly HEAPU8: Uint8Array;
  _malloc(byteLength: number): number;
  _free(address: number): void;
  getValue(address: number, type: 'i8' | 'i32' | '*'): number;
  UTF8ToString(address: number): string;
  lengthBytesUTF8(text: string): number;
  stringToUTF8(text: string, address: number, byteLength: number): void;
  mountExternalData(path: string, bytes: MountedBytes): void;
  unmountExternalData(): void;
  _OrtInit(threads: number, logLevel: number): number;
  _OrtGetLastError(code: number, message: number): number;
  _OrtCreateSessionOptions(
    optimization: number,
    arena: boolean,
    memoryPattern: boolean,
    executionMode: number,
    profiling: boolean,
    profilePrefix: number,
    logId: number,
    logSeverity: number,
    logVerbosity: number,
    optimizedModelPath: number,
  ): number;
  _OrtAppendExecutionProvider(
    options: number,
    name: number,
    keys: number,
    values: number,
    count: number,
  ): Suspending<number>;
  _OrtReleaseSessionOptions(options: number): number;
  _OrtCreateSession(model: number, byteLength: number, options: number): Suspending<number>;
  _OrtCreateTensor(
    type: number,
    address: number,
    byteLength: number,
    dimensions: number,
    rank: number,
    location: number,
  ): number;
  _OrtReleaseTensor(tensor: number): number;
  _OrtGetTensorData(tensor: number, type: number, address: number, dimensions: number, rank: number): number;
  _OrtFree(address: number): number;
  _OrtCreateRunOptions(logSeverity: number, logVerbosity: number, terminate: boolean, tag: number): number;
  _OrtReleaseRunOptions(runOptions: number): number;
  _OrtAddRunConfigEntry(runOptions: number, name: number, value: number): number;
  _OrtRun(
    session: number,
    inputNames: number,
    inputs: number,
    inputCount: number,
    outputNames: number,
    outputCount: number,
    outputs: number,
    runOptions: number,
  ): Suspending<number>;
  /** Of the build for WebGPU. */
  readonly asyncInit?: () => void;
  readonly webgpuInit?: (setDevice: (device: GPUDevice) => void) => void;
  webgpuRegisterDevice(device: GPUDevice): readonly [id: number, instance: number, device: number];
  webgpuOnCreateSession?(session: number): void;
  webgpuRegisterBuffer(buffer: GPUBuffer, session: number): number;
  webgpuUnregisterBuffer(buffer: GPUBuffer): void;
}

/** Default export of a module's JavaScript half. */
export type OrtModuleFactory = (options: {
  readonly numThreads: number;
  readonly locateFile?: (name: string) => string;
}) => Promise<OrtModule>;
