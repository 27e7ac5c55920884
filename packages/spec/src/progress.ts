/** How far a long operation has come. */
export interface Progress {
  /** What is being done, such as `read`, `pack` or `compile`. */
  readonly phase: string;
  /** Work done and work in all, in bytes unless the phase says otherwise. */
  readonly loaded: number;
  /** Work in all, in the unit of `loaded`. */
  readonly total: number;
  /** The file that is worked on, where there are several. */
  readonly file?: string;
}

/** Called as a long operation goes on. */
export type OnProgress = (progress: Progress) => void;
