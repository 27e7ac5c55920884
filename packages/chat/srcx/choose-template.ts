import type { ChatTemplate } from '@llamella/spec';
import { type ChatTemplateOptions, createChatTemplate } from './create-chat-template.ts';
import { templateError } from './template-error.ts';

/**
 * Makes one template of several named ones: the one called `wanted`, or else, as transformers chooses, `tool_use` for
 * a conversation with tools and `default` for any other.
 *
 * @throws {LlamellaError} `template` when there is none of these names, or one is not valid
 */
export function chooseTemplate(
  sources: ReadonlyMap<string, string>,
  wanted: string | undefined,
  options: ChatTemplateOptions & { readonly name: string },
): ChatTemplate {
  const create = (key: string): ChatTemplate => {
    const source = sources.get(key);
    if (source === undefined)
      throw templateError(
        options.name,
        `there is no chat template named '${key}'; choose one with templateName: ${[...sources.keys()].join(', ')}`,
      );
    return createChatTemplate(
      source,
      sources.size > 1 ? { ...options, name: `${options.name} '${key}'` } : options,
    );
  };
  if (wanted !== undefined) return create(wanted);
  if (!sources.has('tool_use')) return create('default');
  const withTools = create('tool_use');
  const standard = sources.has('default') ? create('default') : undefined;
  return {
    render(messages, renderOptions) {
      const tools = renderOptions?.tools ?? renderOptions?.variables?.tools ?? options.variables?.tools;
      const chosen = tools === undefined || tools === null ? (standard ?? create('default')) : withTools;
      return chosen.render(messages, renderOptions);
    },
  };
}
