/** Execution providers in a browser. */
export type WebDevice = 'wasm' | 'webgpu';

/** Every {@link WebDevice}. */
export const webDevices: readonly WebDevice[] = ['wasm', 'webgpu'];
