/** Llamella in a page: the packages that load a GGUF file and run it on WASM. */
import { packPieces } from '@llamella/browser-tests/src/parity/pack-pieces.ts';
import { buildGraph, wasmProfile } from '@llamella/graph';
import { createWebBackend } from '@llamella/runtime-web';
import { bytesFromMemory, openGguf } from '@llamella/weights';
import { offer } from './page-candidate.ts';

offer(async ({ threads, contextLength }) => {
  const bytes = new Uint8Array(await (await fetch('/model.gguf')).arrayBuffer());
  const checkpoint = await openGguf(bytesFromMemory(bytes, 'model.gguf'));
  const plan = buildGraph(checkpoint, { profile: wasmProfile, contextLength });
  const backend = await createWebBackend(plan, packPieces(plan, checkpoint), {
    threads,
    initialCapacity: contextLength,
    wasmPaths: '/onnxruntime-web/',
    createWorker: () => new Worker('/worker.js', { type: 'module' }),
  });
  const { prefillChunk } = backend.info;
  return {
    async generate(prompt, count, onToken) {
      let tokens = Uint32Array.from(prompt.ids);
      let position = 0;
      for (let index = 0; index < count; index++) {
        let logits = new Float32Array();
        for (let start = 0; start < tokens.length; start += prefillChunk) {
          const chunk = tokens.slice(start, start + prefillChunk);
          const wanted = start + chunk.length === tokens.length ? 'last' : 'none';
          logits = (await backend.forward({
            slot: 0,
            position,
            tokens: chunk,
            logits: wanted,
          })) as typeof logits;
          position += chunk.length;
        }
        tokens = Uint32Array.of(largest(logits));
        onToken();
      }
    },
  };
});

function largest(values: Float32Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! > values[best]!) best = index;
  return best;
}
