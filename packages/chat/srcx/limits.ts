import { InvalidArgumentError } from '@llamella/spec';

/** What a template, which comes with a model file and is not to be trusted, may use. */
export interface ChatTemplateLimits {
  /** Length of the template, in UTF-16 units. Default 262,144. */
  readonly sourceLength: number;
  /**
   * Work done for one conversation: one step for each expression, statement and entry that is written, and more for long
   * texts and lists. Default 2,000,000: about a second.
   */
  readonly steps: number;
  /** Length of the prompt, and of every text that the template makes; an entry of a list counts as 8. Default 16,777,216. */
  readonly outputLength: number;
}

const DEFAULT_LIMITS: ChatTemplateLimits = {
  sourceLength: 262_144,
  steps: 2_000_000,
  outputLength: 16_777_216,
};

/** @throws {InvalidArgumentError} when a limit is not an integer above 0 */
export function completeLimits(limits: Partial<ChatTemplateLimits> = {}): ChatTemplateLimits {
  const complete = { ...DEFAULT_LIMITS, ...limits };
  for (const [name, value] of Object.entries(complete)) {
    if (!Number.isSafeInteger(value) || value <= 0)
      throw new InvalidArgumentError(`limits.${name}`, `must be an integer above 0, got ${value}`);
  }
  return complete;
}
