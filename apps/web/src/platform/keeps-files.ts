/** Whether this browser has a place for files. Some have none, or none in private windows. */
export async function keepsFiles(): Promise<boolean> {
  try {
    await navigator.storage.getDirectory();
    return true;
  } catch {
    return false;
  }
}
