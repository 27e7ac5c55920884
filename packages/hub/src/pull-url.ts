import { UnsupportedError } from '@llamella/spec';
import { createAttempts } from './attempts.ts';
import { readValidator } from './blob-request.ts';
import { type CacheLayout, cacheLayout } from './cache-layout.ts';
import { cachedCommit, cachedFiles } from './cached-repository.ts';
import { type ChosenFiles, chooseFiles } from './choose-files.ts';
import { parseContentRange, parseLength } from './content-range.ts';
import { downloadFiles, type OnPullProgress, type WantedFile } from './download-files.ts';
import { checkFileNames, fileNameProblem } from './file-names.ts';
import { displayUrl, HttpError } from './http-error.ts';
import type { HubContext } from './hub-context.ts';
import type { HubFile } from './hub-file.ts';
import type { HubPlatform } from './platform.ts';
import { describePulled, type PulledModel } from './pulled-model.ts';
import { FileChangedError } from './range-response.ts';

const part = /-(\d{5})-of-(\d{5})(?=\.gguf$)/i;
const mostParts = 1000;
const branch = 'main';
const encode = (text: string) => new TextEncoder().encode(text);

/** Downloads a file, and the other parts when it is one of a split model, as far as it is not in the cache. */
export async function pullUrl(
  url: string,
  context: HubContext,
  signal: AbortSignal,
  onProgress: OnPullProgress | undefined,
): Promise<PulledModel> {
  const storage = context.platform.urlStorage;
  const layout = urlLayout(url, context.platform);
  for (let isFirst = true; ; isFirst = false) {
    const wanted: WantedFile[] = [];
    for (const each of partUrls(url)) wanted.push(await describeFile(each, context, signal));
    const paths = wanted.map(({ path }) => path);
    checkFileNames(paths, displayUrl(url));
    const commit = hashText(wanted.map(({ key }) => key).join('\n'), 'sha1', context.platform);
    const place = { storage, layout };
    try {
      // First, so that an unfinished download has a name.
      await storage.writeFile(`${layout.folder}/source`, encode(displayUrl(url)));
      const downloadedBytes = await downloadFiles(wanted, commit, place, context, signal, onProgress);
      await storage.writeFile(layout.ref(branch), encode(commit));
      return describePulled(displayUrl(url), chosen(wanted), { storage, layout, commit }, downloadedBytes);
    } catch (error) {
      // One new version may appear meanwhile; a server that sends another one each time is broken.
      if (!(error instanceof FileChangedError) || !isFirst) throw error;
    }
  }
}

/** Finds the file of a URL in the cache. */
export async function findCachedUrl(url: string, platform: HubPlatform): Promise<PulledModel | undefined> {
  const storage = platform.urlStorage;
  const layout = urlLayout(url, platform);
  const commit = await cachedCommit(storage, layout, branch);
  if (commit === undefined) return undefined;
  const files = await cachedFiles(storage, layout, commit);
  if (files.length < partUrls(url).length) return undefined;
  await Promise.all(files.map(({ blob }) => storage.touch(blob)));
  return describePulled(displayUrl(url), chosen(files), { storage, layout, commit }, 0);
}

/** Where the files of a URL are; all parts of a split model are at the same place. */
export function urlLayout(url: string, platform: Pick<HubPlatform, 'createHash'>): CacheLayout {
  const { host } = new URL(url);
  const hash = hashText(url.replace(partInUrl(url), '-*-of-$2'), 'sha256', platform).slice(0, 24);
  return cacheLayout(`urls--${host.replace(/[^a-z0-9.-]/gi, '_').slice(0, 100)}--${hash}`);
}

/** The URL without its query that a folder of the cache was made for. */
export async function urlOfFolder(folder: string, { urlStorage }: HubPlatform): Promise<string | undefined> {
  const bytes = await urlStorage.readFile(`${folder}/source`, 8192);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

function chosen(files: readonly HubFile[]): ChosenFiles {
  const first = files[0]!.path;
  if (!/\.gguf$/i.test(first)) return { files, main: first };
  return chooseFiles(files, first, undefined, first);
}

/** Asks for the first byte, since signed URLs often allow nothing but GET. */
async function describeFile(url: string, context: HubContext, signal: AbortSignal): Promise<WantedFile> {
  const attempts = createAttempts(context.maximumAttempts, context.clock);
  for (;;) {
    try {
      const response = await context.client.open(url, { range: 'bytes=0-0' }, signal);
      response.cancel();
      const { headers, status, redirects } = response;
      const total = parseContentRange(headers.get('content-range'))?.total;
      const plain = (headers.get('content-encoding') ?? 'identity') === 'identity';
      const isHidden = status === 206 && total === undefined && response.hidesHeaders;
      const whole = isHidden
        ? await wholeLength(url, context, signal)
        : plain
          ? parseLength(headers.get('content-length'))
          : undefined;
      const size = status === 206 && !isHidden ? total : whole;
      if (size === undefined) {
        const advice = 'download it with another program and open the file';
        throw new UnsupportedError(`${displayUrl(url)}, whose server does not say how large it is,`, advice);
      }
      const linked = [...redirects, headers].map((all) => all.get('x-linked-etag')?.replaceAll('"', ''));
      const hex = linked.find((text) => text !== undefined && /^[0-9a-f]{64}$/.test(text));
      const hash = hex === undefined ? undefined : ({ algorithm: 'sha256', hex } as const);
      const validator = hash === undefined ? readValidator(headers) : undefined;
      const path = fileName(url);
      const version = JSON.stringify([url, validator ?? null, size]);
      const key = hex ?? `version-${hashText(version, 'sha256', context.platform)}`;
      return { path, name: path, url, size, key, hash, validator };
    } catch (error) {
      const isEmpty = error instanceof HttpError && error.status === 416;
      if (isEmpty)
        throw new UnsupportedError(`${displayUrl(url)}, which is empty,`, 'give the URL of a model');
      await attempts.failed(error, signal);
    }
  }
}

/** The length of all bytes as one range, for servers that let browsers see no `Content-Range`. */
async function wholeLength(
  url: string,
  { client }: HubContext,
  signal: AbortSignal,
): Promise<number | undefined> {
  const response = await client.open(url, { range: 'bytes=0-' }, signal);
  response.cancel();
  return parseLength(response.headers.get('content-length'));
}

function fileName(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  try {
    const name = decodeURIComponent(last);
    return fileNameProblem(name) === undefined && !name.includes('/') ? name : 'model';
  } catch {
    return 'model';
  }
}

function partUrls(url: string): string[] {
  const count = Number(part.exec(new URL(url).pathname)?.[2] ?? 1);
  if (count < 2 || count > mostParts) return [url];
  const number = (index: number) => String(index + 1).padStart(5, '0');
  return Array.from({ length: count }, (_, i) => url.replace(partInUrl(url), `-${number(i)}-of-$2`));
}

/** The number of a part in the path of a URL, with its query behind it. */
function partInUrl(url: string): RegExp {
  return url.includes('?') ? /-(\d{5})-of-(\d{5})(?=\.gguf\?)/i : part;
}

function hashText(
  text: string,
  algorithm: 'sha1' | 'sha256',
  { createHash }: Pick<HubPlatform, 'createHash'>,
): string {
  const hash = createHash(algorithm);
  hash.update(encode(text));
  return hash.digest();
}
