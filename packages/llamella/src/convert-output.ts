import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, realpath, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InvalidArgumentError, LlamellaError } from '@llamella/spec';
import type { ByteSink } from '@llamella/weights';

/** A file that was written. */
export interface WrittenFile {
  /** Where it is. */
  readonly path: string;
  /** Its size. */
  readonly bytes: number;
}

/**
 * What a model's folder may consist of; a folder with anything else in it is not replaced. Texts and licences are not
 * among it: they may be someone's own.
 */
const modelFile =
  /^(model.*\.(safetensors(\.index\.json)?|onnx|onnx[._]data)|((genai_|generation_|tokenizer_)?config|tokenizer|chat_template|special_tokens_map|added_tokens|vocab)\.json|merges\.txt|tokenizer\.model|chat_template\.jinja)$/;

/** Where a conversion writes: beside its place until it is whole, so that nothing half-written is ever found there. */
export interface ConvertOutput {
  /** Writes one file; in a folder, of that name. */
  write(name: string, fill: (sink: ByteSink) => Promise<unknown>): Promise<void>;
  /** Puts everything into its place. */
  finish(): Promise<readonly WrittenFile[]>;
  /** Removes what was written. Does nothing after `finish`. */
  discard(): Promise<void>;
}

/**
 * Checks the place that a model is to be written to, and begins.
 *
 * @param out a file, or a folder when `isFolder`; the folder that it lies in must exist
 * @param options.sources files of the model that is read
 * @throws {InvalidArgumentError} when there is something already and `overwrite` is not given, when it is one of the
 *   sources, or when the place cannot be written
 * @throws {LlamellaError} `no-space` when `byteLength` is more than the disk has free
 */
export async function openOutput(
  out: string,
  options: {
    readonly isFolder: boolean;
    readonly overwrite: boolean;
    readonly sources: readonly string[];
    readonly byteLength: number;
  },
): Promise<ConvertOutput> {
  const { isFolder, overwrite, byteLength } = options;
  const place = resolve(out);
  const parent = dirname(place);
  await checkParent(out, parent);
  await checkSources(out, place, options.sources);
  await checkPlace(out, place, isFolder, overwrite);
  await checkSpace(out, parent, byteLength);
  const partial = join(parent, `.${basename(place)}.${process.pid}-${randomUUID().slice(0, 8)}.partial`);
  const files: WrittenFile[] = [];
  let handle: FileHandle | undefined;
  let finished = false;
  if (isFolder) await mkdir(partial).catch((cause) => failed(out, cause));
  return {
    async write(name, fill) {
      handle = await open(isFolder ? join(partial, name) : partial, 'wx').catch((cause) =>
        failed(out, cause),
      );
      let bytes = 0;
      await fill({
        async write(part) {
          for (let start = 0; start < part.byteLength; ) {
            const chunk = part.subarray(start, start + 2 ** 26);
            const { bytesWritten } = await handle!.write(chunk).catch((cause) => failed(out, cause));
            start += bytesWritten;
          }
          bytes += part.byteLength;
        },
      });
      await handle.sync().catch((cause) => failed(out, cause));
      await handle.close();
      handle = undefined;
      files.push({ path: isFolder ? join(out, name) : out, bytes });
    },
    async finish() {
      // Someone else may have written there in the meantime.
      await checkPlace(out, place, isFolder, overwrite);
      if (isFolder) await replaceFolder(partial, place).catch((cause) => failed(out, cause));
      else await rename(partial, place).catch((cause) => failed(out, cause));
      finished = true;
      return files;
    },
    async discard() {
      await handle?.close().catch(() => undefined);
      handle = undefined;
      if (!finished) await rm(partial, { recursive: true, force: true });
    },
  };
}

async function checkParent(out: string, parent: string): Promise<void> {
  const isFolder = await stat(parent).then(
    (status) => status.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new LlamellaError('not-found', `${out}: there is no folder ${parent}; make it first`);
}

async function checkSources(out: string, place: string, sources: readonly string[]): Promise<void> {
  const target = await realpath(place).catch(() => place);
  for (const source of sources) {
    const real = await realpath(source).catch(() => resolve(source));
    if (real !== target && dirname(real) !== target && !target.startsWith(`${real}/`)) continue;
    throw new InvalidArgumentError('out', `${out} is where the model itself lies; write to another place`);
  }
}

async function checkPlace(out: string, place: string, isFolder: boolean, overwrite: boolean): Promise<void> {
  // A folder may go between the two questions: someone else is replacing it.
  const orAbsent = (cause: NodeJS.ErrnoException) =>
    cause.code === 'ENOENT' ? undefined : failed(out, cause);
  const status = await stat(place).catch(orAbsent);
  if (status === undefined) return;
  if (status.isDirectory() !== isFolder) {
    const [there, wanted] = isFolder ? ['a file', 'a folder'] : ['a folder', 'a file'];
    throw new InvalidArgumentError('out', `${out} is ${there}, and ${wanted} is to be written`);
  }
  const names = isFolder
    ? ((await readdir(place, { withFileTypes: true }).catch(orAbsent)) ?? [])
    : undefined;
  if (names?.length === 0) return;
  if (!overwrite) {
    throw new InvalidArgumentError(
      'out',
      `${out} exists already; remove it, or ask for it to be overwritten`,
    );
  }
  const other = names?.find((entry) => !entry.isFile() || !modelFile.test(entry.name));
  if (other === undefined) return;
  throw new InvalidArgumentError(
    'out',
    `${out} holds ${JSON.stringify(other.name)}, which is no part of a model; it is not overwritten`,
  );
}

async function checkSpace(out: string, parent: string, byteLength: number): Promise<void> {
  const { bavail, bsize } = await statfs(parent);
  if (bavail * bsize >= byteLength) return;
  throw new LlamellaError(
    'no-space',
    `${out}: ${byteLength} bytes are needed, and ${bavail * bsize} are free on the disk`,
  );
}

/** Puts a folder into the place of another. Whoever else does so at the same time comes before. */
async function replaceFolder(partial: string, place: string, attempt = 0): Promise<void> {
  const old = `${partial}.${attempt}.old`;
  const had = await rename(place, old).then(
    () => true,
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return false;
      throw cause;
    },
  );
  try {
    await rename(partial, place);
  } catch (error) {
    const isTaken = ['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (!isTaken || attempt === 10) {
      if (had) await rename(old, place);
      throw error;
    }
    await replaceFolder(partial, place, attempt + 1);
  }
  await rm(old, { recursive: true, force: true });
}

function failed(out: string, cause: NodeJS.ErrnoException): never {
  if (cause.code === 'ENOSPC' || cause.code === 'EDQUOT') {
    throw new LlamellaError('no-space', `${out}: the disk became full`, { cause });
  }
  throw new InvalidArgumentError('out', `${out} cannot be written: ${cause.message}`, { cause });
}
