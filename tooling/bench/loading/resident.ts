import { readFileSync } from 'node:fs';

/** Resident memory of this process in bytes; Linux only. */
export interface Resident {
  /** Memory of its own: what the machine has to have. */
  readonly anonymous: number;
  /** Pages of mapped files, which the system takes back when it needs them. */
  readonly file: number;
  /** Largest sum of both so far. */
  readonly peak: number;
}

export function readResident(): Resident {
  const status = readFileSync('/proc/self/status', 'utf8');
  const bytes = (field: string) => {
    const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    if (kibibytes === undefined) throw new Error(`/proc/self/status has no ${field}`);
    return Number(kibibytes) * 1024;
  };
  return { anonymous: bytes('RssAnon'), file: bytes('RssFile'), peak: bytes('VmHWM') };
}

/** Looks at the memory now and then. @returns ends it, and gives the largest of each figure */
export function watchResident(): () => Resident {
  let { anonymous, file } = readResident();
  const look = () => {
    const now = readResident();
    anonymous = Math.max(anonymous, now.anonymous);
    file = Math.max(file, now.file);
    return now.peak;
  };
  const timer = setInterval(look, 50);
  return () => {
    clearInterval(timer);
    return { peak: look(), anonymous, file };
  };
}
