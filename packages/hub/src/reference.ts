import { InvalidArgumentError } from '@llamella/spec';

/** A model, or some files of it, on the Hugging Face Hub. */
export interface HubReference {
  /** Tells it from a URL. */
  readonly kind: 'hub';
  /** `owner/name`, or a name alone for the oldest repositories. */
  readonly repository: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  /** A file, a folder, a pattern with `*`, or the name of a quantization. */
  readonly selection?: string;
}

/** One file anywhere. */
export interface UrlReference {
  /** Tells it from a reference to the Hub. */
  readonly kind: 'url';
  /** Without its fragment. */
  readonly url: string;
}

/** What a model reference with `hf:`, `http:` or `https:` names. */
export type ModelReference = HubReference | UrlReference;

const hubHosts = new Set(['huggingface.co', 'www.huggingface.co', 'hf.co']);
const maximumLength = 4096;

/** Whether a text is a reference to a place in the network, rather than a path. */
export function isRemoteReference(text: string): boolean {
  return /^(hf|https?):/i.test(text);
}

/**
 * Reads `hf:owner/repo[@revision][:file-or-quantization]` or a URL. The address of a file on huggingface.co becomes a
 * reference to the Hub, so that it is verified and shared.
 *
 * @throws {InvalidArgumentError} naming what is wrong with it
 */
export function parseReference(text: string): ModelReference {
  if (text.length > maximumLength)
    throw problem(text.slice(0, 80), `longer than ${maximumLength} characters`);
  if (/^hf:/i.test(text)) return parseHub(text, text.slice(3));
  if (!/^https?:\/\//i.test(text)) {
    throw problem(text, 'expected hf:owner/repo[@revision][:file-or-quantization] or a URL');
  }
  if (!URL.canParse(text)) throw problem(text, 'not a URL');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    throw problem(url.host, 'a URL with a password in it is not accepted');
  url.hash = '';
  return hubFile(url) ?? { kind: 'url', url: url.href };
}

/** Writes a reference to the Hub as text; the default revision `main` is left out. */
export function formatReference({ repository, revision, selection }: Omit<HubReference, 'kind'>): string {
  const at = revision === 'main' ? '' : `@${revision}`;
  return `hf:${repository}${at}${selection === undefined ? '' : `:${selection}`}`;
}

function parseHub(text: string, rest: string): HubReference {
  const match = /^([^@:]*)(?:@([^:]*))?(?::(.*))?$/s.exec(rest);
  const [, repository = '', revision = 'main', selection] = match ?? [];
  if (selection === '')
    throw problem(text, 'nothing comes after the last ":"; name a file or a quantization');
  checkRepository(repository, text);
  checkRevision(revision, text);
  return { kind: 'hub', repository, revision, ...(selection !== undefined && { selection }) };
}

// The rules of the Hub: https://huggingface.co/docs/huggingface_hub, validate_repo_id.
function checkRepository(repository: string, text: string): void {
  const name = '[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?';
  const isValid =
    new RegExp(`^${name}(?:/${name})?$`).test(repository) &&
    repository.length <= 96 &&
    !/--|\.\.|\.git$/.test(repository);
  if (!isValid) throw problem(text, `"${repository}" is not the name of a repository, such as owner/name`);
}

function checkRevision(revision: string, text: string): void {
  const isValid =
    /^[A-Za-z0-9._/+-]{1,200}$/.test(revision) &&
    revision.split('/').every((part) => part !== '' && !/^\.|\.$|\.\./.test(part));
  if (!isValid) throw problem(text, `"${revision}" is not the name of a branch, a tag or a commit`);
}

function hubFile({ hostname, pathname }: URL): HubReference | undefined {
  const match = /^\/([^/]+\/[^/]+)\/(?:resolve|blob|raw)\/([^/]+)\/(.+)$/.exec(pathname);
  if (!hubHosts.has(hostname) || match === null) return undefined;
  try {
    const [repository, revision, file] = match.slice(1).map(decodeURIComponent);
    return parseHub(pathname, `${repository}@${revision}:${file}`);
  } catch {
    return undefined;
  }
}

function problem(reference: string, text: string): InvalidArgumentError {
  return new InvalidArgumentError('model reference', `${reference}: ${text}`);
}
