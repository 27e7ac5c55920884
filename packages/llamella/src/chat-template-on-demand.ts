import { chatTemplateFromGguf } from '@llamella/chat';
import type { ChatTemplate, Tokenizer } from '@llamella/spec';
import type { GgufValue } from '@llamella/weights';

/**
 * The chat template of a GGUF file, parsed when first asked for: a model without one can still continue text.
 *
 * The function that is returned holds none of the metadata's arrays, which are the vocabulary once more.
 */
export function chatTemplateOnDemand(
  metadata: ReadonlyMap<string, GgufValue>,
  tokenizer: Tokenizer,
  name: string,
): () => ChatTemplate {
  const values = new Map([...metadata].filter(([, value]) => typeof value !== 'object'));
  let template: ChatTemplate | undefined;
  return () => (template ??= chatTemplateFromGguf(values, { tokenizer, name }));
}
