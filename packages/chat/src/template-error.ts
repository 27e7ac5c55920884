import { LlamellaError } from '@llamella/spec';

/** A template failed: @param name what errors call the template; @param problem what was wrong. */
export function templateError(name: string, problem: string, options?: ErrorOptions): LlamellaError {
  return new LlamellaError('template', `${name}: ${problem}`, options);
}

/** Turns what the engine throws into an error with the code `template`; its own errors pass through. */
export function wrapTemplateError(name: string, action: string, error: unknown): LlamellaError {
  if (LlamellaError.isInstance(error)) return error;
  // Firefox reports a full stack as InternalError, other engines as RangeError.
  if (error instanceof Error && /^(Range|Internal)Error$/.test(error.name))
    return templateError(name, `${action}: nested too deeply`, { cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  return templateError(name, `${action}: ${reason}`, { cause: error });
}

/** The error for a model that comes without a template. */
export function missingTemplate(where: string): LlamellaError {
  return templateError(
    where,
    'this model has no chat template; write the prompt yourself and use `generate`, or pass one to `createChatTemplate`',
  );
}
