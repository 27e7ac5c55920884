import { readdirSync, readFileSync } from 'node:fs';

/**
 * Most memory that the pages of a browser had at once each, summed over its renderer processes: VmHWM, in bytes.
 *
 * @param root id of the process that started the browser
 * @returns `undefined` off Linux
 */
export function rendererPeak(root: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const parents = new Map<number, number>();
  const peaks = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      parents.set(Number(name), Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]));
      if (!readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('--type=renderer')) continue;
      peaks.set(Number(name), Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024);
    } catch {
      // It has ended meanwhile.
    }
  }
  const isOurs = (id: number | undefined): boolean =>
    id !== undefined && (id === root || isOurs(parents.get(id)));
  return [...peaks].filter(([id]) => isOurs(id)).reduce((sum, [, peak]) => sum + peak, 0);
}
