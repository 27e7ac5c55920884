import { asyncDispose, type Checkpoint } from '@llamella/spec';

/** Tensors kept while the initializers made from them are packed: scales follow the integers they belong to. */
const KEPT_TENSORS = 4;
/** Of all of them; the last one is kept whatever its size. */
const KEPT_BYTES = 128 * 2 ** 20;

/** A checkpoint that keeps the tensors that were read last. */
export interface RememberingCheckpoint extends Checkpoint {
  /** Gives their memory back. */
  forget(): void;
}

/** A view of the checkpoint that reads a tensor once when several initializers in a row are made from it. */
export function rememberTensors(checkpoint: Checkpoint): RememberingCheckpoint {
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
      const size = (each: string) => checkpoint.tensors.get(each)?.byteLength ?? 0;
      let total = [...kept.keys()].reduce((sum, each) => sum + size(each), 0);
      for (const [oldest, stored] of kept) {
        if (oldest === name || (kept.size <= KEPT_TENSORS && total <= KEPT_BYTES)) break;
        kept.delete(oldest);
        total -= size(oldest);
        stored.then(freeMemory, () => undefined);
      }
      return bytes;
    },
    forget() {
      for (const stored of kept.values()) stored.then(freeMemory, () => undefined);
      kept.clear();
    },
    [asyncDispose]: () => checkpoint[asyncDispose](),
  };
}

/** Gives the memory of a tensor back at once: a collection would come only after all of them. */
function freeMemory(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && bytes.byteLength === buffer.byteLength) buffer.transfer(0);
}
