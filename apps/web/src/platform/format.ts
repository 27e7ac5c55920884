const units = ['B', 'KB', 'MB', 'GB', 'TB'];

/** Bytes for people, in powers of 1000, such as `98.4 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** A duration for people, such as `340 ms`, `4.2 s` or `3 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Tokens a second, such as `12.3`. */
export function formatRate(tokens: number, milliseconds: number): string | undefined {
  if (tokens <= 0 || milliseconds <= 0) return undefined;
  const rate = (tokens / milliseconds) * 1000;
  return rate >= 99.95 ? rate.toFixed(0) : rate.toFixed(1);
}

/** A share in percent, such as `97 %`; small ones are never 0. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent >= 99.95) return '100 %';
  if (percent >= 10) return `${percent.toFixed(1)} %`;
  return percent >= 0.01 ? `${percent.toFixed(2)} %` : '< 0.01 %';
}
