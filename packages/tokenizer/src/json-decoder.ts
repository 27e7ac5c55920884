import { UnsupportedError } from '@llamella/spec';
import type { FileNode } from './file-node.ts';

/**
 * Checks that `decoder` of a tokenizer.json turns tokens back into bytes and does nothing else.
 *
 * @throws {UnsupportedError} for any other decoder
 */
export function checkByteLevelDecoder(node: FileNode): void {
  const steps = node.absent ? [] : flatten(node);
  const foreign = steps.find((step) => !['ByteLevel', 'Fuse'].includes(step.get('type').string()));
  if (foreign || !steps.some((step) => step.get('type').value === 'ByteLevel')) {
    const what = foreign
      ? `decoder ${foreign.get('type').string()} (${foreign.path})`
      : 'BPE without a ByteLevel decoder';
    throw new UnsupportedError(`${node.file}: ${what}`, 'only byte-level BPE is read');
  }
}

function flatten(node: FileNode): FileNode[] {
  return node.get('type').string() === 'Sequence' ? node.get('decoders').items().flatMap(flatten) : [node];
}
