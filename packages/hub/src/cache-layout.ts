/** Paths in the cache, as huggingface_hub lays it out: https://huggingface.co/docs/huggingface_hub/guides/manage-cache */
export interface CacheLayout {
  /** Folder of a repository, such as `models--owner--name`. */
  readonly folder: string;
  blob(key: string): string;
  /** Bytes of a download that has not ended. The ending is what other tools of the cache take for that. */
  partial(key: string): string;
  /** Says which bytes of `partial` are there. */
  journal(key: string): string;
  snapshot(commit: string): string;
  ref(revision: string): string;
  lock(key: string): string;
}

const partialEnding = '.llamella.incomplete';
const journalEnding = '.llamella.journal.incomplete';

/** Paths of one repository. @param folder name of its folder in the storage */
export function cacheLayout(folder: string): CacheLayout {
  return {
    folder,
    blob: (key) => `${folder}/blobs/${key}`,
    partial: (key) => `${folder}/blobs/${key}${partialEnding}`,
    journal: (key) => `${folder}/blobs/${key}${journalEnding}`,
    snapshot: (commit) => `${folder}/snapshots/${commit}`,
    ref: (revision) => `${folder}/refs/${revision}`,
    lock: (key) => `.locks/${folder}/${key}.llamella.lock`,
  };
}

/** Name of the folder of a repository on the Hub. */
export function repositoryFolder(repository: string): string {
  return `models--${repository.replaceAll('/', '--')}`;
}

/** The repository whose folder has this name, `undefined` for others. */
export function repositoryOfFolder(folder: string): string | undefined {
  const match = /^models--(.+)$/.exec(folder);
  return match?.[1]?.replaceAll('--', '/');
}

/** The blob that a file of an unfinished download belongs to, `undefined` for other files. */
export function keyOfPartial(name: string): string | undefined {
  return /^(.+?)(?:\.llamella(?:\.journal)?|\.[0-9a-f]{8})?\.incomplete$/.exec(name)?.[1];
}
