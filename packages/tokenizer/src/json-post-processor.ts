import { UnsupportedError } from '@llamella/spec';
import type { FileNode } from './file-node.ts';

/** What a tokenizer.json does to the ids of a text. */
export interface PostProcessor {
  /** Ids before and after the text. */
  readonly prefix: number[];
  readonly suffix: number[];
  /** Whether a template gave them; it may be empty. */
  hasTemplate: boolean;
  /** Leaves white space at the edges of tokens out of their offsets. */
  trimOffsets: boolean;
  /** Then keeps one leading space of the first token, which the pre-tokenizer put there. */
  addPrefixSpace: boolean;
}

/**
 * Reads `post_processor` of a tokenizer.json.
 *
 * @param size size of the vocabulary
 * @throws {UnsupportedError} for a step that this package does not know
 */
export function readPostProcessor(node: FileNode, size: number): PostProcessor {
  const result: PostProcessor = {
    prefix: [],
    suffix: [],
    hasTemplate: false,
    trimOffsets: false,
    addPrefixSpace: false,
  };
  if (!node.absent) readStep(node, size, result);
  return result;
}

function readStep(node: FileNode, size: number, result: PostProcessor): void {
  const type = node.get('type').string();
  switch (type) {
    case 'Sequence':
      for (const step of node.get('processors').items()) readStep(step, size, result);
      return;
    case 'ByteLevel':
      result.trimOffsets ||= node.get('trim_offsets').boolean(true);
      result.addPrefixSpace ||= node.get('add_prefix_space').boolean(true);
      return;
    case 'TemplateProcessing':
      readTemplate(node, size, result);
      return;
    default:
      throw new UnsupportedError(`post-processor ${type} (${node.path})`, 'the tokenizer cannot be used');
  }
}

function readTemplate(node: FileNode, size: number, result: PostProcessor): void {
  const before: number[] = [];
  const after: number[] = [];
  let texts = 0;
  for (const piece of node.get('single').items()) {
    const token = piece.get('SpecialToken');
    if (token.absent) {
      piece.get('Sequence').get('id').string();
      texts++;
      continue;
    }
    const ids = node.get('special_tokens').get(token.get('id').string()).get('ids').items();
    (texts === 0 ? before : after).push(...ids.map((id) => id.index(size)));
  }
  if (texts !== 1) node.get('single').fail(`the text has to appear once, it appears ${texts} times`);
  result.prefix.unshift(...before);
  result.suffix.push(...after);
  result.hasTemplate = true;
}
