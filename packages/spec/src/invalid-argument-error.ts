import { LlamellaError } from './llamella-error.ts';

/** A value passed by the caller cannot be used. */
export class InvalidArgumentError extends LlamellaError {
  /** Name of the option or parameter, as the caller wrote it. */
  readonly argument: string;

  /** @param problem What is wrong and what is accepted; the argument's name is put in front of it. */
  constructor(argument: string, problem: string, options?: ErrorOptions) {
    super('invalid-argument', `${argument}: ${problem}`, options);
    this.name = 'InvalidArgumentError';
    this.argument = argument;
  }
}
