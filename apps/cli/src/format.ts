/** Bytes for people, in binary units: `67.5 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (bytes >= 1024 && unit < units.length - 1) {
    bytes /= 1024;
    unit++;
  }
  return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`;
}

/** A count for people: `134.5 M`. */
export function formatCount(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(2)} B`;
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} M`;
  return String(count);
}

export function formatMilliseconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}

/** Events per second; `undefined` when no time passed. */
export function perSecond(count: number, milliseconds: number): number | undefined {
  return milliseconds > 0 ? (count / milliseconds) * 1000 : undefined;
}

export function formatRate(rate: number | undefined): string {
  return rate === undefined ? '-' : `${rate.toFixed(1)} tok/s`;
}
