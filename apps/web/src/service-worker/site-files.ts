/** The files of one build of the page, by addresses relative to the page. */
export interface SiteFiles {
  /** Changes when any of `shell` does. */
  readonly version: string;
  /** What the page needs to open, with a hash of the contents where the name has none. */
  readonly shell: readonly { readonly path: string; readonly revision?: string }[];
  /** Large files, kept when they are first used. Their names have a hash of the contents. */
  readonly onUse: readonly string[];
}
