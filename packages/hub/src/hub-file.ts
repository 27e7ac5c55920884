/** How the content of a file is identified. `git-sha1` is git's: of the bytes with a header that has their number. */
export interface ContentHash {
  /** Large files have a sha256, small ones the hash of git. */
  readonly algorithm: 'sha256' | 'git-sha1';
  /** Lower-case hexadecimal digits. */
  readonly hex: string;
}

/** A file of a repository. */
export interface HubFile {
  /** Path in the repository, with `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Absent when the server does not say. */
  readonly hash?: ContentHash | undefined;
}

/** The files of a repository at one commit. */
export interface RepositoryListing {
  /** 40 hexadecimal digits. */
  readonly commit: string;
  readonly files: readonly HubFile[];
}
