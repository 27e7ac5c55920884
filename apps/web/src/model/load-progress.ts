import type { Progress } from '@llamella/spec';

/** Bytes by file, which downloads report beside the sum. */
interface FileProgress {
  readonly fileLoaded?: number;
  readonly fileTotal?: number;
}

/** How far one phase has come, and its files. */
export interface PhaseProgress {
  readonly phase: string;
  readonly loaded: number;
  readonly total: number;
  readonly files: readonly { readonly name: string; readonly loaded: number; readonly total: number }[];
  /** When it began, and with how much: a resumed download does not begin with nothing. */
  readonly startedAt: number;
  readonly startedWith: number;
  /** When something was last reported. */
  readonly at: number;
}

/** How far the loading of a model has come: its phases in the order in which they began. */
export type LoadProgress = readonly PhaseProgress[];

/** Adds a report. A report about a file alone counts for the phase when nothing else is known. */
export function addProgress(
  phases: LoadProgress,
  report: Progress & FileProgress,
  now: number,
): LoadProgress {
  const { phase, loaded, total, file } = report;
  const before = phases.find((known) => known.phase === phase);
  const isOfFile = file !== undefined && report.fileTotal !== undefined;
  const files = file === undefined ? (before?.files ?? []) : [...(before?.files ?? [])];
  if (file !== undefined) {
    const entry = {
      name: file,
      loaded: isOfFile ? (report.fileLoaded ?? 0) : loaded,
      total: isOfFile ? (report.fileTotal ?? 0) : total,
    };
    const index = files.findIndex(({ name }) => name === file);
    if (index < 0) (files as (typeof entry)[]).push(entry);
    else (files as (typeof entry)[])[index] = entry;
  }
  const after: PhaseProgress = {
    phase,
    loaded,
    total,
    files,
    startedAt: before?.startedAt ?? now,
    startedWith: before?.startedWith ?? loaded,
    at: now,
  };
  return before ? phases.map((known) => (known === before ? after : known)) : [...phases, after];
}

/** The phase that is going on: the one that reported last. */
export function currentPhase(phases: LoadProgress): PhaseProgress | undefined {
  return phases.reduce<PhaseProgress | undefined>(
    (latest, phase) => (latest === undefined || phase.at >= latest.at ? phase : latest),
    undefined,
  );
}

/** What a phase is called. */
export function phaseLabel(phase: string): string {
  return labels[phase] ?? phase;
}

const labels: Readonly<Record<string, string>> = {
  download: 'Downloading',
  verify: 'Checking',
  import: 'Copying into this browser',
  read: 'Reading',
  pack: 'Arranging weights',
  compile: 'Preparing to run',
};

/** Bytes a second and milliseconds left, once there is enough to go by. */
export function estimate({
  loaded,
  total,
  startedAt,
  startedWith,
  at,
}: PhaseProgress): { readonly bytesPerSecond: number; readonly msLeft: number } | undefined {
  const elapsed = at - startedAt;
  const done = loaded - startedWith;
  if (elapsed < 1000 || done <= 0) return undefined;
  const rate = done / elapsed;
  return { bytesPerSecond: rate * 1000, msLeft: Math.max(0, total - loaded) / rate };
}
