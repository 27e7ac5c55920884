import { InvalidFileError } from '@llamella/spec';
import type { HttpClient } from './http-client.ts';
import type { ContentHash, HubFile, RepositoryListing } from './hub-file.ts';
import type { Clock } from './platform.ts';
import { readJson } from './read-json.ts';
import type { HubReference } from './reference.ts';

const mostFiles = 200_000;

/**
 * Asks the Hub which files a repository has at a revision. API: https://huggingface.co/docs/hub/api
 *
 * @throws {HttpError} `not-found` or `access` when the server says so, `network` when it fails
 * @throws {InvalidFileError} when its answer cannot be right
 */
export async function listRepository(
  endpoint: string,
  { repository, revision }: Pick<HubReference, 'repository' | 'revision'>,
  network: { client: HttpClient; clock: Clock; maximumAttempts: number },
  signal: AbortSignal,
): Promise<RepositoryListing> {
  const base = `${endpoint}/api/models/${repository}`;
  const about = `${base}/revision/${encodeURIComponent(revision)}`;
  const { value } = await readJson(about, network, signal);
  const commit = isRecord(value) ? value.sha : undefined;
  if (typeof commit !== 'string' || !/^[0-9a-f]{40}$/.test(commit)) {
    throw new InvalidFileError({ file: about }, 'the answer names no commit');
  }
  const files: HubFile[] = [];
  let page: string | undefined = `${base}/tree/${commit}?recursive=true`;
  while (page !== undefined) {
    const answer: { value: unknown; next: string | undefined } = await readJson(page, network, signal);
    if (!Array.isArray(answer.value))
      throw new InvalidFileError({ file: base }, 'the answer is not a list of files');
    for (const entry of answer.value) {
      const file = readEntry(entry, base);
      if (file !== undefined) files.push(file);
    }
    const isEndless = answer.value.length === 0 && answer.next !== undefined;
    if (files.length > mostFiles || isEndless) {
      throw new InvalidFileError({ file: base }, `the list of files does not end after ${files.length}`);
    }
    page = answer.next;
  }
  return { commit, files };
}

function readEntry(entry: unknown, source: string): HubFile | undefined {
  if (!isRecord(entry) || entry.type !== 'file') return undefined;
  const large = isRecord(entry.lfs) ? entry.lfs : undefined;
  const { path } = entry;
  const size = large?.size ?? entry.size;
  if (typeof path !== 'string' || !isSize(size)) {
    throw new InvalidFileError({ file: source }, 'a file in the list has no path or no size');
  }
  const hash = large ? contentHash('sha256', large.oid ?? large.sha256) : contentHash('git-sha1', entry.oid);
  if (hash === undefined) {
    throw new InvalidFileError(
      { file: source },
      `${JSON.stringify(path.slice(0, 200))} has no hash in the list`,
    );
  }
  return { path, size, hash };
}

function contentHash(algorithm: ContentHash['algorithm'], hex: unknown): ContentHash | undefined {
  const digits = algorithm === 'sha256' ? 64 : 40;
  return typeof hex === 'string' && hex.length === digits && /^[0-9a-f]+$/.test(hex)
    ? { algorithm, hex }
    : undefined;
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
