import { createHash } from 'node:crypto';
import { loadModel } from 'llamella';

/** Loads a model through a cache folder, and prints a hash of its logits. Kills itself half-way through packing when told to. */
const [model, folder, when] = process.argv.slice(2);
await using loaded = await loadModel(model, {
  threads: 1,
  cache: { folder: folder!, minimumBytes: 0 },
  onProgress({ phase, loaded: bytes, total }) {
    if (when === 'kill' && phase === 'pack' && bytes > total / 2) process.kill(process.pid, 'SIGKILL');
  },
});
const hash = createHash('sha256');
await loaded.engine.forEachLogits(Uint32Array.of(1, 40, 50, 60), (logits) => void hash.update(logits));
console.log(hash.digest('hex'));
