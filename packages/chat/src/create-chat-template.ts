import { Environment, parse, tokenize } from '@huggingface/jinja';
import { type ChatTemplate, InvalidArgumentError } from '@llamella/spec';
import { BoundedInterpreter } from './bounded-interpreter.ts';
import { checkMessages } from './check-messages.ts';
import { type ChatTemplateLimits, completeLimits } from './limits.ts';
import { templateError, wrapTemplateError } from './template-error.ts';
import { templateGlobals } from './template-globals.ts';

/** The engine's lexer takes time with the square of such a run. */
const LONGEST_WHITESPACE = 1024;

/** What a template is rendered with, beside the conversation. */
export interface ChatTemplateOptions {
  /** Text of the beginning-of-sequence token; the template sees it as `bos_token`. */
  readonly bosToken?: string;
  /** Text of the end-of-sequence token; the template sees it as `eos_token`. */
  readonly eosToken?: string;
  /** Further variables under the names that the template uses, such as `unk_token` or `date_string`. */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** What errors call the template. Default `chat template`. */
  readonly name?: string;
  /** The time that `strftime_now` tells. Default: the current time. */
  readonly now?: () => Date;
  /** Bounds on what the template may use. */
  readonly limits?: Partial<ChatTemplateLimits>;
}

/**
 * Compiles a Jinja chat template, with blocks trimmed as transformers does it (`trim_blocks`, `lstrip_blocks`).
 *
 * `render` passes `messages`, `add_generation_prompt`, `bos_token`, `eos_token` and all `variables`; `tools` and
 * `documents` are variables too, and `none` unless given. The functions `raise_exception`, `strftime_now`, `range` and
 * `namespace` are there. It throws `InvalidArgumentError` for messages of the wrong shape, and a `LlamellaError` with
 * the code `template` when the template fails, rejects the conversation or exceeds its limits.
 *
 * @throws {InvalidArgumentError} when `source` is not a string or a limit is not an integer above 0
 * @throws {LlamellaError} `template` when `source` is too long or not a valid template
 */
export function createChatTemplate(source: string, options: ChatTemplateOptions = {}): ChatTemplate {
  const { bosToken, eosToken, variables = {}, name = 'chat template', now = () => new Date() } = options;
  const limits = completeLimits(options.limits);
  if (typeof source !== 'string')
    throw new InvalidArgumentError('source', `must be a string, got ${typeof source}`);
  if (source.length > limits.sourceLength)
    throw templateError(
      name,
      `is ${source.length} characters long, more than ${limits.sourceLength}, the limit`,
    );
  for (const { 0: run, index } of source.matchAll(/\s+/g)) {
    if (run.length > LONGEST_WHITESPACE)
      throw templateError(
        name,
        `has ${run.length} characters of white space at ${index}, more than ${LONGEST_WHITESPACE}`,
      );
  }
  const program = compile(source, name);

  return {
    render(messages, { addGenerationPrompt = true, variables: ownVariables = {} } = {}) {
      const environment = new Environment();
      const values: Record<string, unknown> = {
        ...templateGlobals(name, now),
        tools: null,
        documents: null,
        ...present(variables),
        ...present({ bos_token: bosToken, eos_token: eosToken }),
        ...present(ownVariables),
        messages: checkMessages(messages),
        add_generation_prompt: addGenerationPrompt,
      };
      try {
        if ('namespace' in values) environment.variables.delete('namespace');
        for (const [key, value] of Object.entries(values)) environment.set(key, value);
        const text: unknown = new BoundedInterpreter(environment, name, limits).run(program).value;
        return String(text);
      } catch (error) {
        throw wrapTemplateError(name, 'cannot render this conversation', error);
      }
    },
  };
}

function compile(source: string, name: string): ReturnType<typeof parse> {
  try {
    return parse(tokenize(source, { trim_blocks: true, lstrip_blocks: true }));
  } catch (error) {
    throw wrapTemplateError(name, 'not a valid Jinja template', error);
  }
}

/** The entries of `values` that are not `undefined`. */
function present(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
