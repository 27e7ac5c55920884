/** Set-up cannot go on; `output` is what the failing command printed. */
export class SetUpError extends Error {
  constructor(message, output = '') {
    super(message);
    this.name = 'SetUpError';
    this.output = output;
  }
}

/** Prints a set-up failure to stderr. Other errors are thrown on. */
export function printSetUpError(error) {
  if (!(error instanceof SetUpError)) throw error;
  if (error.output !== '') process.stderr.write(`${error.output.trimEnd()}\n`);
  process.stderr.write(`${error.message}\n`);
}
