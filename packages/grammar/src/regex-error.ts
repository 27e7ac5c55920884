/** A regular expression that this package cannot take: what is wrong and at which character (from 0). */
export class RegexFault extends Error {
  readonly unsupported: boolean;

  constructor(problem: string, at: number, unsupported = false) {
    super(`${problem} at character ${at}`);
    this.unsupported = unsupported;
  }
}
