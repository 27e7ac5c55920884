import { InvalidArgumentError } from '@llamella/spec';
import type { CommandContext } from './command-context.ts';

export interface ChatArguments {
  readonly model?: string;
  readonly message?: string;
}

/**
 * Tells the model from the message. One positional argument is the model when it is `smollm2`, starts with `hf:`,
 * `http:` or `https:`, ends in `.gguf`, or is an existing path; otherwise it is the message.
 */
export function parseChatArguments(
  positionals: readonly string[],
  pathExists: CommandContext['pathExists'],
): ChatArguments {
  const [first, second] = positionals;
  if (positionals.length > 2)
    throw new InvalidArgumentError(
      'message',
      `at most a model and a message expected, got ${positionals.length} arguments; put the message in quotes`,
    );
  if (first === undefined) return {};
  const isModel = isModelReference(first, pathExists);
  if (second === undefined) return isModel ? { model: first } : { message: first };
  if (isModel) return { model: first, message: second };
  throw new InvalidArgumentError(
    'model',
    `"${first}" is neither a command, a model reference nor an existing path; put a message of several words in quotes`,
  );
}

function isModelReference(text: string, pathExists: CommandContext['pathExists']): boolean {
  return /^(smollm2$|hf:|https?:)|\.gguf$/i.test(text) || (text !== '' && pathExists(text));
}
