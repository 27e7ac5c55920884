import type { OnProgress } from '@llamella/spec';
import type { Hub, PullOptions } from '../hub.ts';
import type { PulledModel } from '../pulled-model.ts';
import type { RemovedModel } from '../remove-cached.ts';
import type { ImportedFile } from './imported-file.ts';
import type { BrowserStorageEstimate } from './storage-estimate.ts';
import type { VerifiedFiles } from './verify-stored.ts';

/** For `BrowserHub.importFiles`. */
export interface ImportOptions {
  /** What the import is called: `file:NAME`. Default: the name of the GGUF file, or of the folder. */
  readonly name?: string | undefined;
  /** Told how far it has come: phase `import`, in bytes of all files. */
  readonly onProgress?: OnProgress | undefined;
  /** Stops it; nothing of it stays. */
  readonly signal?: AbortSignal | undefined;
}

/** For `BrowserHub.makeRoom`. */
export interface MakeRoomOptions {
  /** References of models that stay. */
  readonly keep?: readonly string[];
  /** Bytes that are free. Default: what the browser says, and 0 where it says nothing that can be relied on. */
  readonly freeBytes?: number;
  /** Stops it between two models. */
  readonly signal?: AbortSignal | undefined;
}

/** A hub in a browser. `find`, `resolve`, `pull`, `list` and `remove` take and give imports too, as `file:NAME`. */
export interface BrowserHub extends Hub {
  /**
   * Keeps a model that the user chose: one GGUF file, all files of a split one, or those of a folder with safetensors
   * or an ONNX Runtime GenAI model. Other files among them are left out. A name in use is replaced; a half import is
   * never taken for a model.
   *
   * @throws {InvalidArgumentError} when the files are no model, or more than one
   * @throws {InvalidFileError} when a file is not what its name says, or changes meanwhile
   * @throws {LlamellaError} `no-space` before anything is copied, `not-found` when parts of a split model are missing
   * @throws `signal.reason` when aborted
   */
  importFiles(files: readonly ImportedFile[], options?: ImportOptions): Promise<PulledModel>;
  /**
   * Reads what is stored of a model again and compares it with the hashes of the Hub. Files that are damaged are
   * removed, so that the next `pull` fetches just those.
   *
   * @throws {LlamellaError} `not-found` when nothing of it is there
   */
  verify(reference: string, options?: PullOptions): Promise<VerifiedFiles>;
  /**
   * Removes models, those that were used longest ago first, until so many bytes are free. Nothing is removed when
   * that is so already, or when all of them would not be enough. Models that are open elsewhere stay.
   *
   * @returns what was removed
   * @throws {LlamellaError} `no-space` when it is not enough
   */
  makeRoom(bytes: number, options?: MakeRoomOptions): Promise<RemovedModel[]>;
  /** Asks the browser never to evict what is stored. @returns whether it agreed @throws {UnsupportedError} in a worker */
  persist(): Promise<boolean>;
  /** What is stored, and what room there is. */
  estimate(): Promise<BrowserStorageEstimate>;
}
