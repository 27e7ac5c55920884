import type { BatchOptions } from './encode-batch.ts';
import { FileNode } from './file-node.ts';
import type { FileOptions } from './file-options.ts';
import type { Padding } from './padding.ts';
import type { Truncation } from './truncation.ts';

const limit = 2 ** 31;
const sides = { Left: 'left', Right: 'right' } as const;
const strategies = {
  LongestFirst: 'longestFirst',
  OnlyFirst: 'onlyFirst',
  OnlySecond: 'onlySecond',
} as const;

/**
 * What a tokenizer.json says of truncation and padding, which `encodeBatch` applies only when given it.
 *
 * @param tokenizerJson the parsed tokenizer.json
 * @throws {InvalidFileError} naming the key that is wrong
 * @throws {UnsupportedError} naming a strategy or side that is not known
 */
export function batchOptionsFromJson(tokenizerJson: unknown, options: FileOptions = {}): BatchOptions {
  const root = new FileNode(tokenizerJson, '', options.name ?? 'tokenizer.json');
  const truncation = root.get('truncation');
  const padding = root.get('padding');
  return {
    ...(!truncation.absent && { truncation: readTruncation(truncation) }),
    ...(!padding.absent && { padding: readPadding(padding) }),
  };
}

function readTruncation(node: FileNode): Truncation {
  return {
    maxLength: node.get('max_length').index(limit),
    stride: node.get('stride').index(limit, 0),
    strategy: node.get('strategy').oneOf(strategies, 'LongestFirst'),
    side: node.get('direction').oneOf(sides, 'Right'),
  };
}

function readPadding(node: FileNode): Padding {
  const strategy = node.get('strategy');
  const isLongest = strategy.absent || strategy.value === 'BatchLongest';
  return {
    length: isLongest ? 'longest' : strategy.get('Fixed').index(limit),
    side: node.get('direction').oneOf(sides, 'Right'),
    multipleOf: node.get('pad_to_multiple_of').index(limit, 1),
    id: node.get('pad_id').index(limit, 0),
    typeId: node.get('pad_type_id').index(limit, 0),
  };
}
