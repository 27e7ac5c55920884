/** Whether this page has a file system to keep models in; some private windows have none. */
export async function hasStorage(): Promise<boolean> {
  try {
    await navigator.storage.getDirectory();
    return true;
  } catch {
    return false;
  }
}
