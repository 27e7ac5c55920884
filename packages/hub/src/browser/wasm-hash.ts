import { createSHA1, createSHA256, type IHasher } from 'hash-wasm';
import type { StreamingHash } from '../platform.ts';

type Algorithm = 'sha1' | 'sha256';

/** Hashes compiled to WebAssembly, several times as fast as those in JavaScript. */
export type CreateHash = (algorithm: Algorithm) => StreamingHash;

/** Compiles the hashes. All that {@link CreateHash} makes share one instance of each, whose state is swapped. */
export async function loadHashes(): Promise<CreateHash> {
  const [sha1, sha256] = await Promise.all([createSHA1(), createSHA256()]);
  const create = { sha1: shared(sha1), sha256: shared(sha256) };
  return (algorithm) => create[algorithm]();
}

function shared(hasher: IHasher): () => StreamingHash {
  let owner: { state: Uint8Array } | undefined;
  const initial = hasher.init().save();
  return () => {
    const own = { state: initial };
    const take = () => {
      if (owner === own) return;
      if (owner !== undefined) owner.state = hasher.save();
      hasher.load(own.state);
      owner = own;
    };
    return {
      update(bytes) {
        take();
        hasher.update(bytes);
      },
      digest() {
        take();
        owner = undefined;
        return hasher.digest('hex');
      },
    };
  };
}
