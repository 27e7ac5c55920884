import type { OnProgress, Progress } from '@llamella/spec';
import type { CommandContext, OutputStream } from './command-context.ts';
import { toPrintable } from './printable.ts';

const redrawEveryMs = 50;

export interface ProgressBar extends Disposable {
  readonly onProgress: OnProgress;
}

/** One line on stderr that shows how far loading has come, and is gone afterwards. Silent without a terminal. */
export function createProgressBar(
  { stderr, environment }: Pick<CommandContext, 'stderr' | 'environment'>,
  now: () => number = () => performance.now(),
): ProgressBar {
  if (!stderr.isTTY || environment.TERM === 'dumb') return { onProgress: () => {}, [Symbol.dispose]() {} };
  let drawnAt = Number.NEGATIVE_INFINITY;
  let drawn = false;
  return {
    onProgress(progress) {
      const time = now();
      if (time - drawnAt < redrawEveryMs && progress.loaded < progress.total) return;
      drawnAt = time;
      drawn = true;
      stderr.write(`\r${renderProgress(progress, columnsOf(stderr))}\u001b[K`);
    },
    [Symbol.dispose]() {
      if (drawn) stderr.write('\r\u001b[K');
    },
  };
}

/** Does something with a progress bar, which is gone afterwards. */
export async function withProgress<T>(
  context: Pick<CommandContext, 'stderr' | 'environment'>,
  work: (onProgress: OnProgress) => Promise<T>,
): Promise<T> {
  using bar = createProgressBar(context);
  return await work(bar.onProgress);
}

/** @param columns width of the terminal; one column stays free so that no terminal wraps the line */
export function renderProgress({ phase, loaded, total }: Progress, columns: number): string {
  const share = total > 0 ? Math.min(1, Math.max(0, loaded / total)) : 0;
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const label = toPrintable(phase);
  const room = Math.min(40, columns - 1 - label.length - percent.length - 4);
  if (room < 5) return `${label}${percent}`.slice(0, Math.max(0, columns - 1));
  const filled = Math.round(share * room);
  return `${label} [${'#'.repeat(filled)}${'-'.repeat(room - filled)}] ${percent}`;
}

function columnsOf(stream: OutputStream): number {
  return stream.columns && stream.columns > 0 ? stream.columns : 80;
}
