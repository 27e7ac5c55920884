import type { Page } from 'playwright-core';

/** Bytes of all files in the page's own file system (OPFS). */
export function keptBytes(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const sizeOf = async (folder: FileSystemDirectoryHandle): Promise<number> => {
      let bytes = 0;
      for await (const handle of folder.values()) {
        bytes += handle.kind === 'directory' ? await sizeOf(handle) : (await handle.getFile()).size;
      }
      return bytes;
    };
    return sizeOf(await navigator.storage.getDirectory());
  });
}

/** Writes over the middle of each large file in OPFS, as a failing disk does. @returns how many there were */
export function damageKeptFiles(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const damage = async (folder: FileSystemDirectoryHandle): Promise<number> => {
      let count = 0;
      for await (const handle of folder.values()) {
        if (handle.kind === 'directory') {
          count += await damage(handle);
          continue;
        }
        const { size } = await handle.getFile();
        if (size < 1_000_000) continue;
        const writable = await handle.createWritable({ keepExistingData: true });
        await writable.write({
          type: 'write',
          position: size >> 1,
          data: new Uint8Array(100_000).fill(0xa5),
        });
        await writable.close();
        count++;
      }
      return count;
    };
    return damage(await navigator.storage.getDirectory());
  });
}
