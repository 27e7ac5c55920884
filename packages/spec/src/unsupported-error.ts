import { LlamellaError } from './llamella-error.ts';

/** Something valid that this version or this machine cannot do. */
export class UnsupportedError extends LlamellaError {
  /** @param feature What was asked for; @param advice what can be done instead. */
  constructor(feature: string, advice: string, options?: ErrorOptions) {
    super('unsupported', `${feature} is not supported: ${advice}`, options);
    this.name = 'UnsupportedError';
  }
}
