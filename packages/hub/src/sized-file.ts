/** A file and how large it is. */
export interface SizedFile {
  /** Where it is: on the disk, or in the repository. */
  readonly path: string;
  /** Its size. */
  readonly bytes: number;
}
