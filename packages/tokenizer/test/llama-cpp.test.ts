import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type TextTokenizer, tokenizerFromGguf, tokenizerFromSentencePiece } from '../src/index.ts';
import { readGgufMetadata } from './gguf-metadata.ts';
import { hasSharedData, loadShared, sharedFile } from './test-data.ts';

/** Cases of llama.cpp's test-tokenizer-0: texts, and their ids without BOS, one line per text. */
function expectVocabularyTest(tokenizer: TextTokenizer, name: string): void {
  const path = sharedFile(`gguf-vocab/${name}.gguf`);
  const texts = readFileSync(`${path}.inp`, 'utf8').split('\n__ggml_vocab_test__\n');
  const expected = readFileSync(`${path}.out`, 'utf8').split('\n');
  expect(texts.length).toBeGreaterThan(40);
  for (const [index, text] of texts.entries()) {
    const ids = expected[index]!.trim().split(/\s+/).filter(Boolean).map(Number);
    expect(Array.from(tokenizer.encode(text, { addSpecialTokens: false })), text).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(text);
  }
}

describe.skipIf(!hasSharedData)("llama.cpp's vocabulary tests (need the shared test data)", () => {
  it('Llama 3, from tokenizer.json', () => {
    expectVocabularyTest(loadShared('llama3_1'), 'ggml-vocab-llama-bpe');
  });

  it('GPT-2, from tokenizer.json', () => {
    expectVocabularyTest(loadShared('gpt2'), 'ggml-vocab-gpt-2');
  });

  it('GPT-2, from GGUF', () => {
    const metadata = readGgufMetadata(sharedFile('gguf-vocab/ggml-vocab-gpt-2.gguf'));
    expectVocabularyTest(tokenizerFromGguf(metadata), 'ggml-vocab-gpt-2');
  });

  it('Llama 2, from tokenizer.json', () => {
    expectVocabularyTest(loadShared('llama2'), 'ggml-vocab-llama-spm');
  });

  it('Llama 2, from GGUF', () => {
    const metadata = readGgufMetadata(sharedFile('gguf-vocab/ggml-vocab-llama-spm.gguf'));
    expectVocabularyTest(tokenizerFromGguf(metadata), 'ggml-vocab-llama-spm');
  });

  it('Llama 2, from tokenizer.model', () => {
    const bytes = readFileSync(sharedFile('tokenizers/llama2/tokenizer.model'));
    expectVocabularyTest(tokenizerFromSentencePiece(bytes), 'ggml-vocab-llama-spm');
  });
});
