import { loadModel } from 'llamella';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { collect } from '../support/collect.ts';
import { absence, type ModelPage, openModelPage } from './model-page.ts';
import type { Answer, MadeFile, PageProgram } from './page-program.ts';
import { type ServedModel, servedModels } from './served-models.ts';

type Options = Parameters<PageProgram['load']>[1];
type Loaded = Extract<Awaited<ReturnType<PageProgram['load']>>, { value: unknown }>['value'];

const title = `a model in a browser${absence === undefined ? '' : ` (skipped: ${absence})`}`;

describe.skipIf(absence !== undefined)(title, () => {
  const models = servedModels();
  let opened: ModelPage;
  beforeAll(async () => {
    opened = await openModelPage(models.served);
  });
  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]();
    models.remove();
  });
  afterEach(async () => {
    await opened.page.evaluate(() => globalThis.llamella.disposeAll());
  });

  const load = async (reference: string | readonly MadeFile[], options: Options = {}): Promise<Loaded> =>
    unwrap(
      await opened.page.evaluate(([reference, options]) => globalThis.llamella.load(reference, options), [
        reference,
        options,
      ] as const),
    );
  const generate = async (
    id: number,
    prompt: string | number[],
    options: Parameters<PageProgram['generate']>[2],
  ) =>
    unwrap(
      await opened.page.evaluate(
        ([id, prompt, options]) => globalThis.llamella.generate(id, prompt, options),
        [id, prompt, options] as const,
      ),
    );
  const tokensOf = async (id: number, prompt: string | number[], maxTokens: number) =>
    (await generate(id, prompt, { maxTokens, temperature: 0, ignoreEndOfGeneration: true })).flatMap(
      ({ tokens }) => tokens,
    );
  const prompt = [1, 40, 50, 60, 13, 24, 35];

  test.each<[string, ServedModel]>([
    ['a GGUF file', models.stories],
    ...Object.entries(models.folders).map(([name, model]): [string, ServedModel] => [
      `a folder of ${name}`,
      model,
    ]),
    ['a folder for ONNX Runtime GenAI', models.genai],
  ])('%s, dropped, gives the tokens that it gives in Node', async (_, { path, files }) => {
    await using inNode = await loadModel(path, { exact: true, threads: 1 });
    const expected = await collect(
      inNode.generate(Uint32Array.from(prompt), {
        maxTokens: 24,
        temperature: 0,
        ignoreEndOfGeneration: true,
      }),
    );
    const { id, device, contextLength } = await load(files, { exact: true });
    expect({ device, contextLength }).toEqual({ device: 'wasm', contextLength: inNode.contextLength });
    expect(await tokensOf(id, prompt, 24)).toEqual(expected.tokens);
  });

  test('says when it is loaded whether it can chat', async () => {
    const chatting = await load(models.folders['llama-3']!.files);
    expect(chatting.chatProblem).toBeUndefined();
    const { id, chatProblem } = await load(models.stories.files);
    expect(chatProblem).toMatch(/stories\.gguf.*no chat template/);
    expect(await tokensOf(id, prompt, 2)).toHaveLength(2);
  });

  test('streams parts, counts tokens, and follows a grammar', async () => {
    const { id } = await load(models.folders['llama-3']!.files);
    const result = await opened.page.evaluate(async (id) => {
      const model = globalThis.llamella.models.get(id)!;
      const messages = [{ role: 'user', content: 'Hi' }];
      const parts = [];
      for await (const part of model.chat(messages, { maxTokens: 40, ignoreEndOfGeneration: true }))
        parts.push(part);
      let constrained = '';
      const grammar = { kind: 'regex', pattern: '[ab]{5}' } as const;
      for await (const { text } of model.chat(messages, { grammar })) constrained += text;
      const counted = await model.countTokens(messages);
      const tokenized = await model.tokenize('Hi you');
      return { parts, constrained, counted, tokenized, pieces: await model.pieces(tokenized.ids) };
    }, id);
    expect(result.parts.length).toBeGreaterThan(20);
    const { finishReason, timings } = result.parts.at(-1)!;
    expect({ finishReason, promptTokens: timings?.promptTokens }).toEqual({
      finishReason: 'length',
      promptTokens: result.counted,
    });
    expect(result.constrained).toMatch(/^[ab]{5}$/);
    expect(result.tokenized.pieces.join('')).toBe('Hi you');
    expect(result.pieces).toEqual(result.tokenized.pieces);
  });

  test('stops within 300 ms, in a prompt and between tokens, and answers afterwards', {
    retry: 3,
  }, async () => {
    const { id } = await load(models.stories.files, { threads: 1 });
    const story = await tokensOf(id, prompt, 8);
    const waits = await opened.page.evaluate(async (id) => {
      const model = globalThis.llamella.models.get(id)!;
      const stop = async (tokens: number, afterParts: number) => {
        const controller = new AbortController();
        const reason = new Error('enough');
        let stopped = Number.NaN;
        const abort = () => {
          stopped = performance.now();
          controller.abort(reason);
        };
        if (afterParts === 0) setTimeout(abort, 20);
        let count = 0;
        try {
          const prompt = Uint32Array.from({ length: tokens }, (_, index) => 3 + (index % 400));
          for await (const _ of model.generate(prompt, { signal: controller.signal })) {
            if (++count === afterParts) abort();
          }
          return 'it was not stopped';
        } catch (error) {
          return error === reason ? performance.now() - stopped : String(error);
        }
      };
      return [await stop(490, 0), await stop(4, 3)];
    }, id);
    for (const wait of waits) expect(wait).toSatisfy((ms: number) => ms >= 0 && ms < 300);
    expect(await tokensOf(id, prompt, 8)).toEqual(story);
  });

  test('left early, it answers the next question', async () => {
    const { id } = await load(models.stories.files);
    const first = await opened.page.evaluate(async (id) => {
      for await (const { text } of globalThis.llamella.models.get(id)!.generate('Once upon')) return text;
      return undefined;
    }, id);
    expect(first).not.toBe('');
    expect((await tokensOf(id, prompt, 4)).length).toBe(4);
  });

  test('is loaded again from what is kept, without the network, and repaired', async () => {
    const first = await load('/fleeting.gguf');
    const tokens = await tokensOf(first.id, prompt, 16);
    expect(first.progress).toEqual(expect.arrayContaining(['download', 'pack', 'compile']));
    expect(first.name).toBe('stories260K');
    await opened.reload();
    models.cutNetwork();
    const again = await load('/fleeting.gguf');
    expect(again.progress).toEqual(['read', 'compile']);
    expect(await tokensOf(again.id, prompt, 16)).toEqual(tokens);
    await opened.page.evaluate(() => globalThis.llamella.damagePacked());
    const repaired = await load('/fleeting.gguf');
    expect(repaired.progress).toEqual(['read', 'pack', 'compile']);
    expect(await tokensOf(repaired.id, prompt, 16)).toEqual(tokens);
    expect((await load('/fleeting.gguf')).progress).toEqual(['read', 'compile']);
    expect((await load('/fleeting.gguf', { cache: false })).progress).toEqual(['pack', 'compile']);
  });

  test('the store keeps what was dropped, and removes all of it', async () => {
    const contents = await opened.page.evaluate(async (files) => {
      const { store, makeFile, answer } = globalThis.llamella;
      const imported = await store.import(await Promise.all(files.map(makeFile)));
      const kept = await store.list();
      return { imported, kept, wrong: await answer(() => store.remove('file:nobody')) };
    }, models.folders.qwen3!.files);
    expect(contents.imported).toMatchObject({ format: 'safetensors', isComplete: true, packedBytes: 0 });
    expect(contents.kept.models).toContainEqual(contents.imported);
    expect(contents.wrong).toMatchObject({ error: { code: 'not-found' } });
    const { reference, bytes } = contents.imported;
    const { id } = await load(reference);
    expect(await tokensOf(id, prompt, 4)).toHaveLength(4);
    const after = await opened.page.evaluate(async (reference) => {
      const { store } = globalThis.llamella;
      const withPacked = await store.list();
      await store.remove(reference);
      return { withPacked, rest: await store.list(), packed: await globalThis.llamella.packedEntries() };
    }, reference);
    expect(after.withPacked.models.find((model) => model.reference === reference)).toMatchObject({ bytes });
    expect(after.withPacked.models[0]!.packedBytes).toBeGreaterThan(0);
    expect(after.rest.models.map((model) => model.reference)).not.toContain(reference);
    expect(after.packed.some((owner) => owner.includes(reference))).toBe(false);
  });

  const made = (name: string, address = `/${name}`): MadeFile => ({ name, address });
  test.each<[string, string | MadeFile[], string, RegExp]>([
    ['a photograph', [made('photo.jpg')], 'invalid-file', /^photo\.jpg at byte 0: .*GGUF/],
    ['an empty file', [made('empty.gguf')], 'invalid-file', /^empty\.gguf.*(empty|0 bytes)/],
    ['a part of a file', [made('cut.gguf')], 'invalid-file', /^cut\.gguf.*(ends|cut|shorter|bytes)/],
    ['another architecture', [made('mamba.gguf')], 'unsupported', /mamba/],
    [
      'weights without config.json',
      [made('model.safetensors', '/llama-3/model.safetensors')],
      'not-found',
      /config\.json/,
    ],
    [
      'files without a model',
      [made('a.txt', '/photo.jpg'), made('b.txt', '/photo.jpg')],
      'not-found',
      /no model/,
    ],
    ['an address without a file', '/nothing.gguf', 'not-found', /nothing\.gguf/],
    ['an import that is not there', 'file:nobody', 'not-found', /nobody/],
    ['no reference at all', 'hf:', 'invalid-argument', /repository/],
  ])('%s is refused with a sentence', async (_, reference, code, message) => {
    const answer = await opened.page.evaluate((reference) => globalThis.llamella.load(reference), reference);
    expect(answer).toMatchObject({ error: { code, message: expect.stringMatching(message) } });
  });

  test('two models, one after the other, end their workers; so do loads that are aborted', async () => {
    for (const model of [models.stories, models.folders.phi3!]) {
      const { id } = await load(model.files);
      expect(opened.page.workers().length).toBeGreaterThan(0);
      const after = await opened.page.evaluate(async (id) => {
        const { models, answer } = globalThis.llamella;
        const model = models.get(id)!;
        await model[Symbol.asyncDispose]();
        await model[Symbol.asyncDispose]();
        return answer(() => model.countTokens([]));
      }, id);
      expect(after).toMatchObject({ error: { code: 'disposed' } });
    }
    const aborted = await opened.page.evaluate(() => globalThis.llamella.loadAndAbort('/stories.gguf'));
    expect(aborted).toMatchObject({ error: { message: 'not now' } });
    await expect.poll(() => opened.page.evaluate(() => globalThis.llamella.liveWorkers())).toBe(0);
  });

  test('without a file system nothing is kept, and models load all the same', async () => {
    const options = { modelWorker: '/unkept-worker.js' };
    expect((await load('/stories.gguf', options)).progress).toEqual(['download', 'pack', 'compile']);
    expect((await load('/stories.gguf', options)).progress).toEqual(['download', 'pack', 'compile']);
    const answer = await opened.page.evaluate(
      (options) => globalThis.llamella.load('hf:owner/name', options),
      options,
    );
    expect(answer).toMatchObject({ error: { code: 'unsupported', message: expect.stringMatching(/OPFS/) } });
  });

  test('two tabs at once pack, keep and run the same model', async () => {
    const other = await opened.openTab();
    const loadIn = (page: typeof other) => page.evaluate(() => globalThis.llamella.load('/stories.gguf'));
    const both = (await Promise.all([loadIn(opened.page), loadIn(other)])).map(unwrap);
    expect(both.map(({ name }) => name)).toEqual(['stories260K', 'stories260K']);
    const run = async (page: typeof other, id: number) =>
      unwrap(
        await page.evaluate(
          ([id, prompt]) => globalThis.llamella.generate(id, prompt, { maxTokens: 8, temperature: 0 }),
          [id, prompt] as const,
        ),
      ).flatMap(({ tokens }) => tokens);
    const [first, second] = await Promise.all([run(opened.page, both[0]!.id), run(other, both[1]!.id)]);
    expect(first).toHaveLength(8);
    expect(second).toEqual(first);
    await other.close();
  });

  test('options that cannot be used are refused', async () => {
    for (const [options, code] of [
      [{ threads: 0.5 }, 'invalid-argument'],
      [{ contextLength: 0 }, 'invalid-argument'],
      [{ device: 'webgpu' }, 'unsupported'],
      [{ device: 'cuda' as never }, 'invalid-argument'],
      [{ wasmPaths: '/nowhere/' }, 'backend'],
    ] as [Options, string][]) {
      const answer = await opened.page.evaluate(
        (options) => globalThis.llamella.load('/stories.gguf', options),
        options,
      );
      expect(answer).toMatchObject({ error: { code } });
    }
  });
});

function unwrap<T>(answer: Answer<T>): T {
  if ('value' in answer) return answer.value;
  throw new Error(`${answer.error.code}: ${answer.error.message}`);
}
