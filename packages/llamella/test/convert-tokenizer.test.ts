import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConvertOptions, convertModel, loadModel, loadTokenizer, type Tokenizer } from 'llamella';
import { expect, test } from 'vitest';
import { collect } from './support/collect.ts';
import { goldenFile } from './support/golden-file.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { tinyFolder } from './support/tiny-folder.ts';
import { tinyGguf } from './support/tiny-gguf.ts';

const folder = temporaryFolder();
const place = (name: string) => join(folder.path, name);

const texts = [
  '',
  ' ',
  'Once upon a time, there was a little girl named Lily.',
  "  Tabs\t\tand  spaces,\r\n\nlines; it's WE'LL 12345 3.14 1,000",
  'Größe, naïve, 你好 世界, Привет, שלום, 😀👩‍👩‍👧 e\u0301',
  'def f(x):\n    return x ** 2  # ok\n',
  '<|im_start|>user\nHi<|im_end|>',
];

function expectSame(left: Tokenizer, right: Tokenizer, wanted: readonly string[] = texts): void {
  expect(right.vocabularySize).toBe(left.vocabularySize);
  for (const text of wanted) {
    for (const parseSpecialTokens of [false, true]) {
      const ids = left.encode(text, { parseSpecialTokens });
      expect([...right.encode(text, { parseSpecialTokens })]).toEqual([...ids]);
      expect(right.decode(ids, { skipSpecialTokens: true })).toBe(
        left.decode(ids, { skipSpecialTokens: true }),
      );
    }
  }
  const { bos, eos } = left.specialTokenIds;
  expect(right.specialTokenIds).toMatchObject({
    ...(bos !== undefined && { bos }),
    ...(eos !== undefined && { eos }),
  });
  expect(right.endOfGenerationIds).toEqual(left.endOfGenerationIds);
}

async function there(reference: string | undefined, name: string, options: ConvertOptions) {
  await convertModel(reference, place(name), options);
  return await loadTokenizer(place(name));
}

test('bytes: SmolLM2 to GenAI', { timeout: 60_000 }, async () => {
  const given = await loadTokenizer();
  expectSame(given, await there(undefined, 'smollm2', { to: 'genai' }));
  const config = JSON.parse(readFileSync(join(place('smollm2'), 'tokenizer_config.json'), 'utf8'));
  expect(config).toMatchObject({ bos_token: '<|im_start|>', eos_token: '<|im_end|>', add_bos_token: false });
  expect(config.chat_template).toContain('<|im_start|>');
});

test.each(['llama-bpe', 'qwen2', 'smaug-bpe', 'smollm', 'gpt-2', 'gpt-4o', 'tekken'])(
  'bytes: %s to transformers and back',
  async (pre) => {
    const gguf = folder.write(
      `${pre}.gguf`,
      tinyGguf({ metadata: { 'tokenizer.ggml.pre': { string: pre } } }),
    );
    const given = await loadTokenizer(gguf);
    // Qwen's own tokenizer composes characters first, and llama.cpp does not.
    const wanted = pre === 'qwen2' ? texts.map((text) => text.normalize('NFC')) : texts;
    expectSame(given, await there(gguf, pre, { to: 'safetensors' }), wanted);
    expectSame(given, await there(place(pre), `${pre}-back.gguf`, {}), wanted);
  },
);

test('SentencePiece: stories260K to transformers and back, and the same story', async () => {
  const source = goldenFile('stories260K-f32.gguf');
  const given = await loadTokenizer(source);
  expectSame(given, await there(source, 'stories', { to: 'safetensors' }));
  expectSame(given, await there(place('stories'), 'stories-back.gguf', {}));
  await convertModel(source, place('stories-genai'), { to: 'genai' });
  const tell = async (reference: string) => {
    await using model = await loadModel(reference);
    return (await collect(model.generate('Once upon a time', { maxTokens: 48, temperature: 0 }))).text;
  };
  const story = await tell(source);
  expect(story).toContain('little girl');
  for (const name of ['stories', 'stories-back.gguf', 'stories-genai'])
    expect(await tell(place(name))).toBe(story);
});

test('the chat template goes along', async () => {
  const source = tinyFolder(place('chat'), 'tiny-models/qwen3');
  await convertModel(source, place('chat.gguf'));
  const answer = async (reference: string) => {
    await using model = await loadModel(reference);
    return (await collect(model.chat([{ role: 'user', content: 'Hi' }], { maxTokens: 8, temperature: 0 })))
      .tokens;
  };
  expect(await answer(place('chat.gguf'))).toEqual(await answer(source));
});

test.each([
  [
    'a pattern that GGUF has no name for',
    { pre_tokenizer: { type: 'Sequence', pretokenizers: [] } },
    /cuts by/,
  ],
  ['another normalizer', { normalizer: { type: 'Lowercase' } }, /cuts by/],
])('%s is refused', async (name, change, problem) => {
  const source = tinyFolder(place(name), 'tiny-models/qwen3');
  const path = join(source, 'tokenizer.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
  const error = await convertModel(source, place('refused.gguf')).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'unsupported', message: expect.stringMatching(problem) });
});
