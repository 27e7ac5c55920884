/** What of `fetch` is used. The global one of a browser or of Node fits. */
export type Fetch = (
  url: string,
  options: {
    readonly headers: Record<string, string>;
    readonly redirect: 'manual' | 'follow';
    readonly signal: AbortSignal;
  },
) => Promise<Response>;

/** Time and chance, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** @throws `signal.reason` when aborted before `milliseconds` passed */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** A number from 0 to 1, 1 excluded. */
  random(): number;
}

/** A hash that takes bytes as they come. */
export interface StreamingHash {
  /** Takes the next bytes. */
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal digits. Called once, at the end. */
  digest(): string;
}

/** What is known of a stored file or folder; links are followed. */
export interface StoredItem {
  /** Whether it is a folder rather than a file. */
  readonly isFolder: boolean;
  /** Whether its path is a link to it. */
  readonly isLink: boolean;
  /** Bytes; 0 for a folder. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** When it was last read, in milliseconds since 1970, as far as the file system keeps that. */
  readonly accessed: number;
}

/** A file that is open for reading and writing at any place. */
export interface StoredFile {
  /** Fills `target` from `offset`, as far as the file goes. @returns bytes read */
  read(offset: number, target: Uint8Array): Promise<number>;
  /** Writes all bytes. @throws {LlamellaError} `no-space` */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Sets the size in bytes. */
  truncate(size: number): Promise<void>;
  /** Returns once everything written would survive a loss of power. */
  sync(): Promise<void>;
  /** Closes the file. */
  close(): Promise<void>;
}

/** Held by one process at a time. */
export interface StorageLock {
  /** Aborted when another process took the lock, because this one seemed dead. */
  readonly lost: AbortSignal;
  /** Gives the lock back. */
  release(): Promise<void>;
}

/**
 * Where files are kept. Paths are relative to it, with `/` and without `..`; an implementation refuses any path that
 * a link would lead to a place outside.
 */
export interface HubStorage {
  /** What people and programs call a path of this storage: for a disk, its absolute path. */
  location(path: string): string;
  /** @returns `undefined` when there is nothing, or a link that leads nowhere */
  stat(path: string): Promise<StoredItem | undefined>;
  /** Names in a folder; none when it does not exist. */
  list(folder: string): Promise<string[]>;
  /** Path inside this storage that a link names, `undefined` for what is no link. */
  readLink(path: string): Promise<string | undefined>;
  /** @returns `undefined` when there is no such file; @throws {InvalidFileError} when it has more than `maximumBytes` */
  readFile(path: string, maximumBytes: number): Promise<Uint8Array | undefined>;
  /** Replaces a file at once: a reader sees the old or the new bytes. Makes its folder. */
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  /** Opens a file, which is made when it does not exist, as its folder is. */
  open(path: string): Promise<StoredFile>;
  /** Moves a file at once. */
  rename(from: string, to: string): Promise<void>;
  /** Makes `path` lead to the file `target`; where links are not possible, it moves or copies the file. */
  link(path: string, target: string): Promise<void>;
  /** Removes a file, a link or a folder without anything in it. Nothing happens when it does not exist. */
  remove(path: string): Promise<void>;
  /** Notes that a file is used now. Never fails. */
  touch(path: string): Promise<void>;
  /** Bytes that can still be written, `undefined` where that is not known. */
  freeBytes(): Promise<number | undefined>;
  /** Waits for the lock of this name. @throws `signal.reason` when aborted */
  lock(path: string, signal: AbortSignal): Promise<StorageLock>;
}

/** Everything outside of this package that it touches. */
export interface HubPlatform {
  /** Makes requests. */
  readonly fetch: Fetch;
  /** In the layout of the Hugging Face cache, and shared with its other users. */
  readonly storage: HubStorage;
  /** For files of plain URLs, in the same layout but a folder of its own. */
  readonly urlStorage: HubStorage;
  /** Begins a hash. */
  createHash(algorithm: 'sha1' | 'sha256'): StreamingHash;
  /** Memory of the machine in bytes, `undefined` where that is not known. */
  readonly memoryBytes?: number | undefined;
  /** Default: the time of the machine. */
  readonly clock?: Clock;
}
