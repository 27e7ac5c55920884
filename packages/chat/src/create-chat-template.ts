import { Environment } from '@huggingface/jinja';
import { type ChatTemplate, InvalidArgumentError } from '@llamella/spec';
import { Budget } from './budget.ts';
import { checkMessages, checkObjects, present } from './check-messages.ts';
import { compile } from './compile.ts';
import { markFinalMessage, nameReasoning } from './continue-message.ts';
import { toDict, toFunction, type Value } from './engine.ts';
import { ChatInterpreter } from './interpreter.ts';
import { type ChatTemplateLimits, completeLimits } from './limits.ts';
import { toText } from './python-text.ts';
import { templateError, wrapTemplateError } from './template-error.ts';
import { templateGlobals } from './template-globals.ts';

/** What a template is rendered with, beside the conversation. */
export interface ChatTemplateOptions {
  /** Text of the beginning-of-sequence token; the template sees it as `bos_token`. */
  readonly bosToken?: string;
  /** Text of the end-of-sequence token; the template sees it as `eos_token`. */
  readonly eosToken?: string;
  /** Further variables under the names that the template uses, such as `enable_thinking` or `date_string`. */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** What errors call the template. Default `chat template`. */
  readonly name?: string;
  /** The time that `strftime_now` tells. Default: the current time. */
  readonly now?: () => Date;
  /** Bounds on what the template may use. */
  readonly limits?: Partial<ChatTemplateLimits>;
}

/**
 * Compiles a Jinja chat template, which `@huggingface/jinja` runs with `trim_blocks`, `lstrip_blocks`, loop controls and
 * `generation` blocks; what the README's last part lists is mended, to give the text that transformers 5.23 gives. The
 * functions `raise_exception`, `strftime_now`, `range`, `dict` and `namespace` are there.
 *
 * `render` passes `messages`, `tools`, `documents`, `add_generation_prompt`, `bos_token`, `eos_token` and all
 * `variables`. It throws `InvalidArgumentError` for messages, tools or documents of the wrong shape, and a
 * `LlamellaError` with the code `template` when the template fails, rejects the conversation or exceeds its limits.
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
    throw templateError(name, `is ${source.length} characters long, more than ${limits.sourceLength}`);
  const program = compile(source, name);

  return {
    render(messages, renderOptions = {}) {
      const { continueFinalMessage = false, variables: own = {}, tools, documents } = renderOptions;
      const { addGenerationPrompt = continueFinalMessage === false } = renderOptions;
      if (continueFinalMessage !== false && addGenerationPrompt)
        throw new InvalidArgumentError('continueFinalMessage', 'cannot be used with addGenerationPrompt');
      const checked = checkMessages(messages).map(nameReasoning);
      const field = typeof continueFinalMessage === 'string' ? continueFinalMessage : 'content';
      const marked = continueFinalMessage === false ? undefined : markFinalMessage(checked, field);
      const values: Record<string, unknown> = {
        ...templateGlobals(name, now),
        tools: null,
        documents: null,
        ...present(variables),
        ...present({ bos_token: bosToken, eos_token: eosToken }),
        ...present(own),
        ...(tools && { tools: checkObjects('tools', tools) }),
        ...(documents && { documents: checkObjects('documents', documents) }),
        messages: marked?.messages ?? checked,
        add_generation_prompt: addGenerationPrompt,
      };
      let text: string;
      try {
        const scope = new Environment();
        scope.setVariable('dict', DICT as never);
        for (const [key, value] of Object.entries(values)) {
          scope.variables.delete(key);
          scope.set(key, value);
        }
        text = toText(new ChatInterpreter(scope, new Budget(limits, name), source.length).run(program));
      } catch (error) {
        throw wrapTemplateError(name, 'cannot render this conversation', error);
      }
      return marked ? marked.cut(text) : text;
    },
  };
}

/** Makes a dict of others and of arguments with names, which the engine hands over as one more. */
const DICT = toFunction((values) =>
  toDict(values.flatMap(({ value }) => [...(value as Map<string, Value>)])),
);
