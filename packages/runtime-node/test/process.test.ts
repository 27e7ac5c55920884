import { describe, expect, it } from 'vitest';
import { runChild } from './run-child.ts';

const preamble = `
import { openBackend, slowModel, someTokens } from '../test/open-backend.ts';
import { createTinyModel } from '../test/tiny-model.ts';
const request = { slot: 0, position: 0, tokens: someTokens(12), logits: 'last' } as const;
`;

/** Bytes per cycle and per step that count as a leak: a session holds about 200 KB, a step copies nothing. */
const LEAK_PER_CYCLE = 40_000;
const LEAK_PER_STEP = 2_000;

describe('a process', () => {
  it('does not grow with each backend that it makes and disposes', async () => {
    const { stdout, stderr } = await runChild(
      'cycles',
      `${preamble}
const model = createTinyModel();
async function cycles(count: number) {
  for (let cycle = 0; cycle < count; cycle++) {
    const backend = await openBackend(model, { slots: 2, initialCapacity: 20 });
    await backend.forward(request);
    await backend.storage.grow(60, [12, 0]);
    await backend.forward({ ...request, position: 12, logits: 'all' });
    await backend[Symbol.asyncDispose]();
  }
  gc!();
  return process.memoryUsage.rss();
}
await cycles(60);
const before = await cycles(20);
console.log((await cycles(200) - before) / 200);`,
      { flags: ['--expose-gc'] },
    );
    expect(stderr).toBe('');
    expect(Number(stdout)).toBeLessThan(LEAK_PER_CYCLE);
  });

  it('does not grow with each step', async () => {
    const { stdout, stderr } = await runChild(
      'steps',
      `${preamble}
await using backend = await openBackend(createTinyModel(), { slots: 2, initialCapacity: 128 });
async function steps(count: number) {
  for (let step = 0; step < count; step++) {
    const tokens = request.tokens.slice(0, 1 + (step % 11));
    const logits = (['last', 'all', 'none'] as const)[step % 3]!;
    await backend.forward({ slot: step % 2, position: step % 100, tokens, logits });
  }
  gc!();
  return process.memoryUsage.rss();
}
await steps(1000);
// The heap of JavaScript grows in jumps until it has its size; a leak is in every round.
const sizes = [await steps(100)];
for (let round = 0; round < 4; round++) sizes.push(await steps(2000));
console.log(Math.min(...sizes.slice(1).map((size, round) => (size - sizes[round]!) / 2000)));`,
      { flags: ['--expose-gc'] },
    );
    expect(stderr).toBe('');
    expect(Number(stdout)).toBeLessThan(LEAK_PER_STEP);
  });

  it('gives the memory of a disposed KV cache back at once', async () => {
    const { stdout, stderr } = await runChild(
      'cache-memory',
      `${preamble}
const model = createTinyModel({ contextLength: 8192, headSize: 64, keyValueHeadCount: 4, layerCount: 1 });
const external = () => Math.round(process.memoryUsage().arrayBuffers / 2 ** 20);
const backend = await openBackend(model, { slots: 8, initialCapacity: 4096 });
const held = external();
await backend.storage.grow(8192, new Array(8).fill(4096));
const grown = external();
await backend[Symbol.asyncDispose]();
console.log(JSON.stringify([grown - held, external() - grown]));`,
    );
    expect(stderr).toBe('');
    const [growth, freed] = JSON.parse(stdout) as [number, number];
    // 8 slots of 4,096 positions at 2 x 4 x 64 float32 are 64 MiB; a growth to twice that keeps the new one only.
    expect(Math.abs(growth - 64)).toBeLessThan(8);
    expect(Math.abs(freed + 128)).toBeLessThan(8);
  });

  it.each([
    ['ends by itself with a backend that nobody disposed', 'await backend.forward(request);'],
    ['can be ended by process.exit', 'await backend.forward(request); process.exit();'],
    [
      'can be ended in the middle of a step',
      'void backend.forward({ ...request, tokens: someTokens(2000) }); setTimeout(() => process.exit(), 20);',
    ],
  ])('%s', async (title, ending) => {
    const result = await runChild(
      title.replaceAll(' ', '-'),
      `${preamble}
const backend = await openBackend(createTinyModel(slowModel), { initialCapacity: 2048 });
console.log('ready');
${ending}`,
    );
    expect(result).toEqual({ code: 0, signal: null, stdout: 'ready\n', stderr: '' });
  });

  it('runs backends in worker threads, one after the other and at once', async () => {
    const result = await runChild(
      'workers',
      `${preamble}
import { isMainThread, Worker } from 'node:worker_threads';
if (isMainThread) {
  const work = () => new Promise<void>((resolve, reject) => {
    new Worker(new URL(import.meta.url)).on('error', reject).on('exit', (code) => code ? reject(code) : resolve());
  });
  await work();
  await Promise.all([work(), work()]);
  await using backend = await openBackend(createTinyModel());
  await backend.forward(request);
  await work();
  await backend.forward(request);
  console.log('done');
} else {
  const backend = await openBackend(createTinyModel());
  await backend.forward(request);
  await backend[Symbol.asyncDispose]();
}`,
    );
    expect(result).toEqual({ code: 0, signal: null, stdout: 'done\n', stderr: '' });
  });

  it('says so when another user of koffi left its stacks too small', async () => {
    const { stdout } = await runChild(
      'small-stack',
      `import koffi from 'koffi';
import { listDevices } from '@llamella/runtime-node';
koffi.load(null);
try { listDevices(); } catch (error) { console.log((error as { code: string }).code, String(error)); }`,
    );
    expect(stdout).toMatch(/^backend .*koffi\.config\(\{ async_stack_size: 8388608 \}\)/);
  });
});
