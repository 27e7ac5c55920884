const marker = Symbol.for('llamella.error');

/**
 * Stable machine-readable reasons. A code is never renamed; new ones may be added.
 *
 * - `invalid-file`: a model, tokenizer or data file is damaged or is not what it claims to be
 * - `invalid-argument`: a value passed by the caller cannot be used
 * - `unsupported`: valid, but not something this version or this machine can do
 * - `not-found`: a file, model or tensor does not exist
 * - `context-full`: the tokens do not fit into the model's context
 * - `busy`: every slot or worker is taken; the same call can succeed later
 * - `backend`: the runtime that executes the graph reported a failure
 * - `template`: a chat template failed or is not usable
 * - `disposed`: the object was used after it was disposed
 * - `network`: a server or the way to it failed; the same call can succeed later
 * - `access`: a server refuses access, or wants a token
 * - `no-space`: the disk is full
 * - `overflow`: numbers of the model are too large for float16; a graph in float32 runs it
 */
export type ErrorCode =
  | 'invalid-file'
  | 'invalid-argument'
  | 'unsupported'
  | 'not-found'
  | 'context-full'
  | 'busy'
  | 'backend'
  | 'template'
  | 'disposed'
  | 'network'
  | 'access'
  | 'no-space'
  | 'overflow';

/**
 * Base class of every error thrown by a Llamella package.
 *
 * `isInstance` recognises errors made by another copy of this package in the same process, which
 * `instanceof` does not. The message says what was wrong, where, and what to do.
 */
export class LlamellaError extends Error {
  /** Marks the error as one of this family, across copies of the package. */
  readonly [marker] = true;
  /** Why it was thrown, for programs. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LlamellaError';
    this.code = code;
  }

  /** Whether a value is an error of this family, also one of another copy of the package. */
  static isInstance(error: unknown): error is LlamellaError {
    return typeof error === 'object' && error !== null && marker in error;
  }
}
