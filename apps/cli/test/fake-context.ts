import { PassThrough, Readable, Writable } from 'node:stream';
import type { CommandContext } from '../src/command-context.ts';
import { runCommandLine } from '../src/command-line.ts';
import { Interruption } from '../src/interruption.ts';
import { createFakeLlamella, type FakeOptions, type FakeRecord } from './fake-llamella.ts';

/** A stream that remembers what was written to it. */
export class CapturedOutput extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number;

  constructor(isTTY = false, columns = 80) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk;
    done();
  }
}

export interface FakeContextOptions extends FakeOptions {
  /** Input of a pipe; without it stdin is a terminal that `keyboard` types on. */
  readonly stdin?: string | Uint8Array;
  readonly terminal?: boolean;
  readonly columns?: number;
  readonly environment?: Record<string, string>;
  readonly homeFolder?: string;
  readonly paths?: readonly string[];
}

export interface FakeContext extends CommandContext {
  readonly stdout: CapturedOutput;
  readonly stderr: CapturedOutput;
  readonly keyboard: PassThrough;
  readonly record: FakeRecord;
}

export function createFakeContext(options: FakeContextOptions = {}): FakeContext {
  const { llamella, record } = createFakeLlamella(options);
  const keyboard = Object.assign(new PassThrough(), { isTTY: true });
  const terminal = options.terminal ?? false;
  return {
    stdin: options.stdin === undefined ? keyboard : Readable.from([Buffer.from(options.stdin)]),
    stdout: new CapturedOutput(terminal, options.columns),
    stderr: new CapturedOutput(terminal, options.columns),
    environment: options.environment ?? {},
    homeFolder: options.homeFolder ?? '/dev/null',
    interruption: new Interruption(),
    importLlamella: async () => llamella,
    pathExists: (path) => options.paths?.includes(path) ?? false,
    measureMemory: () => ({ residentBytes: 1000, peakResidentBytes: 2000 }),
    processorCount: 4,
    keyboard,
    record,
  };
}

/** Runs a command line to its end. */
export async function runFake(words: readonly string[], options: FakeContextOptions = {}) {
  const context = createFakeContext({ stdin: '', ...options });
  const exitCode = await runCommandLine(words, context);
  return { exitCode, stdout: context.stdout.text, stderr: context.stderr.text, record: context.record };
}
