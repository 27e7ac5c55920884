import { appendFile, chmod, mkdir, open, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CommandContext } from '../command-context.ts';

export const mostHistoryLines = 1000;
const mostHistoryBytes = 512 * 1024;
const longestLine = 16 * 1024;

/** `$XDG_STATE_HOME/llamella/history`, by default `~/.local/state/llamella/history`. */
export function historyPath({
  environment,
  homeFolder,
}: Pick<CommandContext, 'environment' | 'homeFolder'>): string {
  const stateFolder = environment.XDG_STATE_HOME;
  const isUsable = stateFolder?.startsWith('/') ?? false;
  return join(isUsable ? stateFolder! : join(homeFolder, '.local', 'state'), 'llamella', 'history');
}

/** The lines that a user typed, one a line, readable by the user only. It keeps the last 1,000 lines and 512 KiB. */
export class HistoryFile {
  readonly path: string;
  #writing: Promise<void> = Promise.resolve();
  #failure: Error | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** The first thing that went wrong; later lines are not recorded. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** @returns lines, latest first. An unreadable file gives none and sets `failure`. */
  async read(): Promise<string[]> {
    try {
      const { text, isTail } = await readTail(this.path, mostHistoryBytes);
      const all = text.split('\n').filter((line) => line !== '');
      const lines = (isTail ? all.slice(1) : all).slice(-mostHistoryLines);
      if (isTail || lines.length < all.length) await this.#rewrite(lines);
      else if (text !== '') await chmod(this.path, 0o600);
      return lines.reverse();
    } catch (error) {
      this.#failure = error as Error;
      return [];
    }
  }

  /** Records a line, in the background. Lines above 16 KiB are left out. */
  append(line: string): void {
    if (line === '' || Buffer.byteLength(line) > longestLine) return;
    this.#writing = this.#writing.then(async () => {
      if (this.#failure) return;
      try {
        await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
        await appendFile(this.path, `${line.replaceAll('\n', ' ')}\n`, { mode: 0o600 });
      } catch (error) {
        this.#failure = error as Error;
      }
    });
  }

  /** Waits until everything is on disk. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #rewrite(lines: readonly string[]): Promise<void> {
    const temporary = `${this.path}.${process.pid}`;
    await writeFile(temporary, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    await rename(temporary, this.path);
  }
}

async function readTail(path: string, most: number): Promise<{ text: string; isTail: boolean }> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { text: '', isTail: false };
    throw error;
  }
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - most);
    const bytes = Buffer.alloc(size - start);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
    return { text: bytes.toString('utf8', 0, bytesRead), isTail: start > 0 };
  } finally {
    await file.close();
  }
}
