import { UnsupportedError } from '@llamella/spec';
import type { FileNode } from './file-node.ts';
import { readPattern } from './json-pattern.ts';
import { type PreTokenizer, prefixSpace, scanWith, sequence, wholeText } from './pre-tokenizer.ts';
import { numberScanner } from './scan.ts';
import { gpt2Pattern, scanGpt2 } from './scan-gpt2.ts';
import { llama3Pattern, scanLlama3 } from './scan-llama3.ts';
import { type SplitBehavior, splitAt, splitBehaviors } from './split.ts';

const scanners = new Map([
  [gpt2Pattern, scanGpt2],
  [llama3Pattern, scanLlama3],
]);

/**
 * Reads `pre_tokenizer` of a byte-level tokenizer.json: a `ByteLevel` step, alone or at the end of a sequence.
 *
 * @throws {UnsupportedError} for a step that this package does not know, or when there is no `ByteLevel` step
 */
export function readByteLevelPreTokenizer(node: FileNode): PreTokenizer {
  const steps = node.absent ? [] : flatten(node);
  const last = steps.findIndex((step) => step.get('type').value === 'ByteLevel');
  if (last < 0) {
    throw new UnsupportedError(
      `${node.file}: BPE without a ByteLevel pre-tokenizer`,
      'only byte-level BPE is read',
    );
  }
  const after = steps[last + 1];
  if (after) throw new UnsupportedError(`${after.path} after ByteLevel`, 'ByteLevel has to be the last step');
  return sequence(steps.map(readStep));
}

function flatten(node: FileNode): FileNode[] {
  if (node.get('type').string() !== 'Sequence') return [node];
  return node.get('pretokenizers').items().flatMap(flatten);
}

function readStep(node: FileNode): PreTokenizer {
  const type = node.get('type').string();
  switch (type) {
    case 'ByteLevel': {
      const cut = node.get('use_regex').boolean(true) ? scanWith(scanGpt2) : wholeText;
      return node.get('add_prefix_space').boolean(true) ? prefixSpace(cut) : cut;
    }
    case 'Split':
      return readSplit(node);
    case 'Digits':
      return scanWith(numberScanner(node.get('individual_digits').boolean(false)));
    case 'Punctuation':
      return splitAt(/[\p{P}$+<=>^`|~]/gu, readBehavior(node), false);
    case 'Whitespace':
      return splitAt(whitespacePattern, 'Removed', true);
    case 'WhitespaceSplit':
      return splitAt(/\p{White_Space}/gu, 'Removed', false);
    default:
      throw new UnsupportedError(`pre-tokenizer ${type} (${node.path})`, 'the tokenizer cannot be used');
  }
}

const whitespacePattern =
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu;

function readSplit(node: FileNode): PreTokenizer {
  const behavior = readBehavior(node);
  const invert = node.get('invert').boolean(false);
  const scanner = scanners.get(String(node.get('pattern').get('Regex').value));
  // These patterns leave no gaps: isolating matches or keeping what is not between them gives the same pieces.
  if (scanner && (behavior === 'Isolated' || (behavior === 'Removed' && invert))) return scanWith(scanner);
  return splitAt(readPattern(node.get('pattern')), behavior, invert);
}

function readBehavior(node: FileNode): SplitBehavior {
  const behavior = node.get('behavior');
  const name = behavior.absent ? 'Isolated' : behavior.string();
  const known = splitBehaviors.find((known) => known === name);
  return known ?? behavior.fail(`unknown behavior ${name}; known are ${splitBehaviors.join(', ')}`);
}
