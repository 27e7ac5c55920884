import { formatBytes } from './format.ts';

const windowMs = 5000;
const shortestMs = 500;

/** Measures how fast a number of bytes grows. */
export interface Speedometer {
  /** @param time in milliseconds */
  note(loaded: number, time: number): void;
  /** Such as `12.3 MiB/s, 1:05 left`; empty until half a second was measured. */
  describe(remaining: number): string;
}

/** Averages over the last five seconds. What was there at the first note does not count. */
export function createSpeedometer(): Speedometer {
  let samples: { loaded: number; time: number }[] = [];
  return {
    note(loaded, time) {
      samples.push({ loaded, time });
      const start = samples.findLastIndex((sample) => time - sample.time > windowMs);
      if (start > 0) samples = samples.slice(start);
    },
    describe(remaining) {
      const first = samples[0];
      const last = samples.at(-1);
      if (!first || !last || last.time - first.time < shortestMs) return '';
      const perSecond = ((last.loaded - first.loaded) / (last.time - first.time)) * 1000;
      if (!(perSecond > 0)) return 'waiting';
      const speed = `${formatBytes(Math.round(perSecond))}/s`;
      return remaining > 0 ? `${speed}, ${formatDuration(remaining / perSecond)} left` : speed;
    },
  };
}

/** `0:05`, `12:34` or `1:02:03`. */
export function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole >= 100 * 3600) return 'days';
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
