/** What this browser can run, why not, and how fast; for people in `notes`. */
export interface BrowserSupport {
  /** The GPU, as far as WebGPU tells. */
  readonly webgpu: {
    /** Whether models can run on it. */
    readonly available: boolean;
    /** Why not. */
    readonly reason?: string;
    /** What the adapter calls itself. */
    readonly adapter?: string;
    /** Whether it is computed by the processor, which WASM does faster. */
    readonly software?: boolean;
    /** Whether shaders compute in float16. */
    readonly float16?: boolean;
    /** Largest tensor in bytes. */
    readonly maxBufferBytes?: number;
  };
  /** The processor. */
  readonly wasm: {
    /** Whether models can run on it. */
    readonly available: boolean;
    /** Why not. */
    readonly reason?: string;
    /** Threads that one operator may use: 1 unless the page is isolated. */
    readonly threads: number;
    /** Why there is one thread only. */
    readonly threadsReason?: string;
  };
  /** Where models are kept. */
  readonly storage: {
    /** Whether there is OPFS. */
    readonly available: boolean;
    /** Why there is none. */
    readonly reason?: string;
    /** Whether the browser has promised not to evict it. */
    readonly persisted: boolean;
    /** All bytes of this origin, as the browser counts them. */
    readonly usageBytes?: number;
    /** Bytes that it may have, as the browser says. */
    readonly quotaBytes?: number;
  };
  /** What `auto` means here. */
  readonly device: 'webgpu' | 'wasm' | 'none';
  /** Plain sentences: what runs, what does not and why. */
  readonly notes: readonly string[];
}
