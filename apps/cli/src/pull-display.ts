import type { OnPullProgress, PullProgress } from '@llamella/hub';
import type { CommandContext } from './command-context.ts';
import { formatBytes } from './format.ts';
import { toPrintable } from './printable.ts';
import { createSpeedometer, type Speedometer } from './speedometer.ts';

const redrawEveryMs = 100;

export interface PullDisplay extends Disposable {
  readonly onProgress: OnPullProgress;
  /** The last progress, `undefined` when there was none. */
  readonly last: PullProgress | undefined;
}

/**
 * Two lines at the bottom of the terminal, one for the file and one for all, below a line for each file that is ready.
 * With a single file there is one line. Silent without a terminal.
 */
export function createPullDisplay(
  { stderr, environment }: Pick<CommandContext, 'stderr' | 'environment'>,
  now: () => number = () => performance.now(),
): PullDisplay {
  const isShown = stderr.isTTY === true && environment.TERM !== 'dumb';
  const speedometer = createSpeedometer();
  let last: PullProgress | undefined;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let drawnLines = 0;
  const clear = () => {
    const up = drawnLines > 1 ? `\u001b[${drawnLines - 1}A` : '';
    if (drawnLines > 0) stderr.write(`\r${up}\u001b[J`);
    drawnLines = 0;
  };
  return {
    get last() {
      return last;
    },
    onProgress(progress) {
      const isReady = progress.filesDone > (last?.filesDone ?? 0);
      last = progress;
      if (!isShown) return;
      const time = now();
      if (progress.phase === 'download') speedometer.note(progress.loaded, time);
      if (time - drawnAt < redrawEveryMs && !isReady) return;
      drawnAt = time;
      const columns = stderr.columns && stderr.columns > 0 ? stderr.columns : 80;
      const lines = renderPull(progress, speedometer, columns);
      clear();
      if (isReady && progress.fileCount > 1) stderr.write(`${renderReady(progress, columns)}\n`);
      stderr.write(lines.join('\n'));
      drawnLines = lines.length;
    },
    [Symbol.dispose]: clear,
  };
}

/** @param columns width of the terminal; one column stays free so that no terminal wraps a line */
export function renderPull(
  { phase, loaded, total, file, fileLoaded, fileTotal, fileCount, filesDone }: PullProgress,
  speedometer: Speedometer,
  columns: number,
): string[] {
  const verb = phase === 'verify' ? 'verify ' : '';
  const rest = [formatBytes(total), speedometer.describe(total - loaded)].filter(Boolean).join(', ');
  if (fileCount === 1) return [bar(`${verb}${file}`, fileLoaded, fileTotal, rest, columns)];
  return [
    bar(`${verb}${file}`, fileLoaded, fileTotal, formatBytes(fileTotal), columns),
    bar(`${filesDone} of ${fileCount} files`, loaded, total, rest, columns),
  ];
}

function renderReady({ file, fileTotal }: PullProgress, columns: number): string {
  const size = formatBytes(fileTotal);
  return `${shorten(toPrintable(file), Math.max(8, columns - 3 - size.length))}  ${size}`;
}

function bar(label: string, loaded: number, total: number, rest: string, columns: number): string {
  const width = columns - 1;
  const share = total > 0 ? Math.min(1, Math.max(0, loaded / total)) : 1;
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const labelWidth = Math.max(8, Math.min(32, Math.floor(width * 0.3)));
  const name = shorten(toPrintable(label), labelWidth).padEnd(labelWidth);
  const room = Math.min(30, width - labelWidth - percent.length - rest.length - 6);
  if (room < 5) return `${name} ${percent} ${rest}`.slice(0, Math.max(0, width));
  const filled = Math.round(share * room);
  return `${name} [${'#'.repeat(filled)}${'-'.repeat(room - filled)}] ${percent} ${rest}`;
}

/** The end of a name says more than its start: which part, which quantization. */
function shorten(text: string, width: number): string {
  return text.length <= width ? text : `…${text.slice(text.length - width + 1)}`;
}
