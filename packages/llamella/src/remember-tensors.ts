import type { Checkpoint } from '@llamella/spec';

/** Tensors kept while the initializers made from them are packed: scales follow the integers they belong to. */
const KEPT_TENSORS = 4;

/** A view of the checkpoint that reads a tensor once when several initializers in a row are made from it. */
export function rememberTensors(checkpoint: Checkpoint): Checkpoint {
  const kept = new Map<string, Promise<Uint8Array>>();
  return {
    name: checkpoint.name,
    format: checkpoint.format,
    config: checkpoint.config,
    tensors: checkpoint.tensors,
    readTensor(name, signal) {
      const known = kept.get(name);
      if (known !== undefined) return known;
      const bytes = checkpoint.readTensor(name, signal);
      kept.set(name, bytes);
      for (const [oldest, stored] of kept) {
        if (kept.size <= KEPT_TENSORS) break;
        kept.delete(oldest);
        stored.then(freeMemory, () => undefined);
      }
      return bytes;
    },
    [Symbol.asyncDispose]: () => checkpoint[Symbol.asyncDispose](),
  };
}

/** Gives the memory of a tensor back at once: a collection would come only after all of them. */
function freeMemory(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && bytes.byteLength === buffer.byteLength) buffer.transfer(0);
}
