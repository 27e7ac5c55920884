import { watchResident } from './resident.ts';

/** One load in this process, and 16 tokens. Prints what it took as JSON. */
const [model, folder] = process.argv.slice(2);
const finish = watchResident();
const started = performance.now();
const phases: Record<string, { first: number; last: number }> = {};
const { loadModel } = await import('llamella');
await using loaded = await loadModel(model, {
  cache: { folder: folder! },
  onProgress({ phase }) {
    const now = performance.now() - started;
    phases[phase] ??= { first: now, last: now };
    phases[phase].last = now;
  },
});
const loadMs = performance.now() - started;
const loading = finish();
const loadingCpu = processorTime();
const watch = watchResident();
const prompt = Uint32Array.from({ length: 16 }, (_, index) => 1000 + 37 * index);
let firstTokenMs: number | undefined;
let tokens = 0;
for await (const part of loaded.generate(prompt, { maxTokens: 16, ignoreEndOfGeneration: true })) {
  tokens += part.tokens.length;
  if (tokens > 0) firstTokenMs ??= performance.now() - started;
}
const lastTokenMs = performance.now() - started;
const report = { loadMs, firstTokenMs, lastTokenMs, tokens, loading, running: watch(), phases, loadingCpu };
console.log(JSON.stringify(report));

/** Of all threads so far, in seconds. */
function processorTime() {
  const { user, system } = process.cpuUsage();
  return { user: user / 1e6, system: system / 1e6 };
}
