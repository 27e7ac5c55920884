/**
 * Loads a model of the shape of Llama 3.1 8B in a browser and prints, as Markdown, how long each phase took and what the
 * JavaScript heaps held. With the argument `webgpu` a backend is made of it on a GPU in software, which takes 12 GB of
 * memory; otherwise its weights are read and counted. Runs on sources.
 */
import { llama8b } from './made-model.ts';
import { heapLimit, measureLoading } from './measure-loading.ts';

const compile = process.argv.includes('webgpu');
const { loaded, seconds, heaps, samples } = await measureLoading({
  shape: llama8b,
  files: 5,
  profile: 'webgpuProfile',
  conditions: ['@llamella/source'],
  ...(compile && { compile: 'webgpu' }),
});
const megabytes = (bytes: number | undefined) => (bytes === undefined ? '' : (bytes / 1e6).toFixed(0));
console.log(
  `${loaded.files} files, ${megabytes(loaded.bytes)} MB; ${loaded.initializers} constants, ` +
    `${megabytes(loaded.packedBytes)} MB packed, ${megabytes(loaded.readBytes)} MB ` +
    `${compile ? 'compiled' : 'read as a backend does'}; ${loaded.same ? 'as they were packed' : 'OTHER BYTES'}\n`,
);
console.log(
  '| phase | time (s) | JavaScript heaps, most (MB) | after collection, most (MB) |\n|---|---|---|---|',
);
for (const [phase, heap] of Object.entries(heaps)) {
  if (phase === 'begin' || phase === 'end') continue;
  const collected = samples.filter((sample) => sample.phase === phase).map(({ bytes }) => bytes);
  const most = collected.length === 0 ? undefined : Math.max(...collected);
  console.log(`| ${phase} | ${seconds[phase] ?? ''} | ${megabytes(heap)} | ${megabytes(most)} |`);
}
process.exitCode = loaded.same && Math.max(...Object.values(heaps)) < heapLimit ? 0 : 1;
