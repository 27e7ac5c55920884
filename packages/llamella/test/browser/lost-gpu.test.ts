import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { absence, type ModelPage, openModelPage } from './model-page.ts';
import { servedModels } from './served-models.ts';

const software = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
const title = `a GPU${absence === undefined ? '' : ` (skipped: ${absence})`}`;

describe.skipIf(absence !== undefined)(title, () => {
  const models = servedModels();
  let opened: ModelPage;
  beforeAll(async () => {
    opened = await openModelPage(models.served, software);
  });
  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]();
    models.remove();
  });

  test('that is a program is told from a real one', async () => {
    const { webgpu, device, notes } = await opened.page.evaluate(() => globalThis.llamella.detectSupport());
    expect({ ...webgpu, device }).toMatchObject({ available: true, software: true, device: 'wasm' });
    expect(notes.join(' ')).toMatch(/processor.*program/);
    const answer = await opened.page.evaluate(() => globalThis.llamella.load('/stories.gguf'));
    expect(answer).toMatchObject({
      value: { device: 'wasm', notes: [expect.stringMatching(/WebGPU is a program/)] },
    });
  });

  test('that is lost is opened again and the answer goes on; lost again, calls say so', async () => {
    const result = await opened.page.evaluate(async () => {
      const { load, models, answer } = globalThis.llamella;
      const open = async (options: Parameters<typeof load>[1]) => {
        const loaded = await load('/stories.gguf', options);
        if ('error' in loaded) throw new Error(loaded.error.message);
        return models.get(loaded.value.id)!;
      };
      const onWasm = await open({ device: 'wasm', exact: true });
      const model = await open({ device: 'webgpu', exact: true, runtimeWorker: '/losing-worker.js' });
      const events: unknown[] = [];
      model.onRecovery = (event) => events.push(event);
      const channel = new BroadcastChannel('lose-gpu');
      const story = async (loseAfter: number, told = model) => {
        const tokens: number[] = [];
        for await (const part of told.generate('Once upon a time', { maxTokens: 16, temperature: 0 })) {
          if (tokens.length < loseAfter && tokens.length + part.tokens.length >= loseAfter) {
            channel.postMessage('now');
            await new Promise((resolve) => setTimeout(resolve, 1000));
          }
          tokens.push(...part.tokens);
        }
        return tokens;
      };
      const whole = await story(1000, onWasm);
      const interrupted = await story(4);
      const second = await answer(() => story(4));
      const later = await answer(() => story(1000));
      return { whole, interrupted, events, second, later, lost: (await model.lost).message };
    });
    expect(result.whole).toHaveLength(16);
    expect(result.interrupted).toEqual(result.whole);
    expect(result.events.slice(0, 2)).toMatchObject([{ done: false }, { done: true }]);
    for (const answer of [result.second, result.later]) {
      expect(answer).toMatchObject({ error: { code: 'backend', message: result.lost } });
    }
    expect(result.lost).toMatch(/GPU.*lost.*second time.*load the model again/);
  }, 180_000);
});
