/**
 * The functions of ONNX Runtime's C API that this package calls: position in the table `OrtApi`, and prototype.
 *
 * The table is stable: a newer library keeps the order and adds at the end, and serves every older version that is
 * asked for. Order and signatures: microsoft/onnxruntime, `include/onnxruntime/core/session/onnxruntime_c_api.h`,
 * version 29 (release 1.30). Handles are opaque pointers; most functions return a status, null on success.
 */
export const API_VERSION = 29;

/** Number of functions in the table of this version. */
export const API_LENGTH = 414;

export const functionTable = {
  GetErrorMessage: [2, 'str (void* status)'],
  CreateEnv: [3, 'void* (int level, str name, _Out_ void** environment)'],
  CreateSessionFromArray: [
    8,
    'void* (void* environment, void* model, size_t length, void* options, _Out_ void** session)',
  ],
  CreateSessionOptions: [10, 'void* (_Out_ void** options)'],
  DisableMemPattern: [17, 'void* (void* options)'],
  SetSessionGraphOptimizationLevel: [23, 'void* (void* options, int level)'],
  SetIntraOpNumThreads: [24, 'void* (void* options, int threads)'],
  CreateRunOptions: [39, 'void* (_Out_ void** options)'],
  RunOptionsSetTerminate: [46, 'void* (void* options)'],
  RunOptionsUnsetTerminate: [47, 'void* (void* options)'],
  CreateTensorAsOrtValue: [
    48,
    'void* (void* allocator, const int64_t* shape, size_t rank, int type, _Out_ void** value)',
  ],
  CreateTensorWithDataAsOrtValue: [
    49,
    'void* (void* memory, void* data, size_t length, const int64_t* shape, size_t rank, int type, _Out_ void** value)',
  ],
  CreateMemoryInfo: [68, 'void* (str name, int allocator, int device, int kind, _Out_ void** memory)'],
  CreateCpuMemoryInfo: [69, 'void* (int allocator, int kind, _Out_ void** memory)'],
  ReleaseStatus: [93, 'void (void* status)'],
  ReleaseMemoryInfo: [94, 'void (void* memory)'],
  ReleaseSession: [95, 'void (void* session)'],
  ReleaseValue: [96, 'void (void* value)'],
  ReleaseRunOptions: [97, 'void (void* options)'],
  ReleaseSessionOptions: [100, 'void (void* options)'],
  GetAvailableProviders: [125, 'void* (_Out_ void** names, _Out_ int* count)'],
  ReleaseAvailableProviders: [126, 'void* (void* names, int count)'],
  AddSessionConfigEntry: [130, 'void* (void* options, str key, str value)'],
  CreateAllocator: [131, 'void* (void* session, void* memory, _Out_ void** allocator)'],
  ReleaseAllocator: [132, 'void (void* allocator)'],
  RunWithBinding: [133, 'void* (void* session, void* options, void* binding)'],
  CreateIoBinding: [134, 'void* (void* session, _Out_ void** binding)'],
  ReleaseIoBinding: [135, 'void (void* binding)'],
  BindInput: [136, 'void* (void* binding, str name, void* value)'],
  BindOutput: [137, 'void* (void* binding, str name, void* value)'],
  AddInitializer: [150, 'void* (void* options, str name, void* value)'],
  SessionOptionsAppendExecutionProvider: [
    216,
    'void* (void* options, str provider, void* keys, void* values, size_t count)',
  ],
  AddExternalInitializersFromFilesInMemory: [
    279,
    'void* (void* options, void* names, void* buffers, void* lengths, size_t count)',
  ],
} as const satisfies Record<string, readonly [number, string]>;

export type FunctionName = keyof typeof functionTable;
