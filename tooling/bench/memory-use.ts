import { readFileSync } from 'node:fs';
import type { MemoryUse } from './measurement.ts';

/** Resident memory of this process: VmHWM and VmRSS on Linux, Node's own figures elsewhere. */
export function readMemoryUse(): MemoryUse {
  if (process.platform !== 'linux')
    return { peak: process.resourceUsage().maxRSS * 1024, resident: process.memoryUsage().rss };
  const status = readFileSync('/proc/self/status', 'utf8');
  const bytes = (field: string) => {
    const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    if (kibibytes === undefined) throw new Error(`/proc/self/status has no ${field}`);
    return Number(kibibytes) * 1024;
  };
  return { peak: bytes('VmHWM'), resident: bytes('VmRSS') };
}
