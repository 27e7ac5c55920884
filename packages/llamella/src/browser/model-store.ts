import type { OnProgress } from '@llamella/spec';

/** A model that is kept in this browser. */
export interface StoredModel {
  /** What `loadBrowserModel` and `remove` take. */
  readonly reference: string;
  /** For people. */
  readonly name: string;
  /** Absent where it is not known yet. */
  readonly format?: 'gguf' | 'safetensors' | 'genai';
  /** For GGUF, such as `Q4_K_M`. */
  readonly quantization?: string;
  /** Bytes of its files. */
  readonly bytes: number;
  /** Bytes of weights packed from it. */
  readonly packedBytes: number;
  /** Milliseconds since 1970. */
  readonly lastUsed: number;
  /** `false` while parts are missing: loading it goes on with the download. */
  readonly isComplete: boolean;
}

/** What is kept, and what room there is. */
export interface StoreContents {
  /** Those used last come first. */
  readonly models: readonly StoredModel[];
  /** All bytes of this origin, as the browser counts them. */
  readonly usageBytes?: number;
  /** Bytes that it may have, as the browser says. */
  readonly quotaBytes?: number;
  /** Whether the browser has promised not to evict it. */
  readonly persisted: boolean;
}

/** Models in this browser's own file system (OPFS). */
export interface ModelStore {
  /** What is kept, complete or not. */
  list(): Promise<StoreContents>;
  /** Downloads a model without loading it. Goes on where an earlier download stopped. */
  pull(
    reference: string,
    options?: { readonly onProgress?: OnProgress; readonly signal?: AbortSignal },
  ): Promise<StoredModel>;
  /** Keeps files that the user chose; a name in use is replaced. */
  import(
    files: readonly File[],
    options?: { readonly onProgress?: OnProgress; readonly signal?: AbortSignal },
  ): Promise<StoredModel>;
  /** Removes a model, its packed weights and what of it was downloaded. */
  remove(reference: string): Promise<void>;
  /** Asks the browser never to evict what is kept here. @returns whether it agreed */
  persist(): Promise<boolean>;
}
