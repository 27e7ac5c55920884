// The package has no types for these files.
declare module 'onnxruntime-web/ort-wasm-simd-threaded.mjs' {
  const factory: import('./ort-module.ts').OrtModuleFactory;
  export default factory;
}
declare module 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs' {
  const factory: import('./ort-module.ts').OrtModuleFactory;
  export default factory;
}
