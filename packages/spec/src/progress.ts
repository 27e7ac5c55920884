/** How far a long operation has come. */
export interface Progress {
  /** What is being done, such as `read`, `pack` or `compile`. */
  readonly phase: string;
  /** Work done and work in all, in bytes unless the phase says otherwise. */
  readonly loaded: number;
  readonly total: number;
  readonly file?: string;
}

/** Called as a long operation goes on. */
export type OnProgress = (progress: Progress) => void;
