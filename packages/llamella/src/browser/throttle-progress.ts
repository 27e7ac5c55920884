import type { OnProgress } from '@llamella/spec';

/** More often nobody could see it, and each is a message to the page. */
const INTERVAL_MS = 50;

/** Leaves out progress that comes soon after the last one, unless its phase or file is another or it is the end of it. */
export function throttleProgress(onProgress: OnProgress): OnProgress {
  let last = { at: 0, name: '' };
  return (progress) => {
    const now = performance.now();
    const name = `${progress.phase} ${progress.file}`;
    const matters = name !== last.name || progress.loaded >= progress.total;
    if (!matters && now - last.at < INTERVAL_MS) return;
    last = { at: now, name };
    onProgress(progress);
  };
}
