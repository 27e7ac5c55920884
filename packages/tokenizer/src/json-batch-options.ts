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
    stride: numberOf(node.get('stride'), 0),
    strategy: oneOf(node.get('strategy'), strategies, 'longestFirst'),
    side: oneOf(node.get('direction'), sides, 'right'),
  };
}

function readPadding(node: FileNode): Padding {
  const strategy = node.get('strategy');
  const isLongest = strategy.absent || strategy.value === 'BatchLongest';
  return {
    length: isLongest ? 'longest' : strategy.get('Fixed').index(limit),
    side: oneOf(node.get('direction'), sides, 'right'),
    multipleOf: numberOf(node.get('pad_to_multiple_of'), 1),
    id: numberOf(node.get('pad_id'), 0),
    typeId: numberOf(node.get('pad_type_id'), 0),
  };
}

function numberOf(node: FileNode, fallback: number): number {
  return node.absent ? fallback : node.index(limit);
}

function oneOf<Value extends string>(
  node: FileNode,
  values: Readonly<Record<string, Value>>,
  fallback: Value,
): Value {
  if (node.absent) return fallback;
  const name = node.string();
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  return value ?? node.fail(`unknown value ${name}; known are ${Object.keys(values).join(', ')}`);
}
