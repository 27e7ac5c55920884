import { basename, isAbsolute } from 'node:path';

/** How this program was started, for a report: without folders of this machine. */
export function commandLine(script: string): string {
  const args = process.argv
    .slice(2)
    .map((argument) => (isAbsolute(argument) ? basename(argument) : argument));
  return ['pnpm', script, ...args].join(' ');
}
