/** What of a file in OPFS is used and is not in TypeScript's types for pages. File System Standard, https://fs.spec.whatwg.org */
export interface OpfsFileHandle extends FileSystemFileHandle {
  /** Only in a dedicated worker. `mode` is Chromium's; others take no notice of it. */
  createSyncAccessHandle?(options?: { readonly mode?: 'readwrite' | 'read-only' }): Promise<SyncAccessHandle>;
  /** Not in the standard yet, but in all browsers. Replaces a file of that name. */
  move?(folder: FileSystemDirectoryHandle, name: string): Promise<void>;
}

/** A file that is open in a worker. */
export interface SyncAccessHandle {
  /** Absent where there are no modes. */
  readonly mode?: string;
  read(target: Uint8Array, options: { readonly at: number }): number;
  write(bytes: Uint8Array, options: { readonly at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

/** Whether files can be opened for writing in place: only dedicated workers have that. */
export function hasSyncAccess(): boolean {
  return (
    typeof FileSystemFileHandle === 'function' && 'createSyncAccessHandle' in FileSystemFileHandle.prototype
  );
}
