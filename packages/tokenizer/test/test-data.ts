import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { type TextTokenizer, tokenizerFromGguf, tokenizerFromJson } from '../src/index.ts';
import { readGgufMetadata } from './gguf-metadata.ts';

const sharedData =
  process.env.LLAMELLA_SHARED_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const modelWeights = fileURLToPath(new URL('../../model-smollm2-135m-instruct/weights', import.meta.url));

/** Path of a file of the shared test data. */
export function sharedFile(path: string): string {
  return `${sharedData}/${path}`;
}

export const hasSharedData = existsSync(sharedFile('tokenizers/llama3_1/tokenizer.json'));

/** First part of the model of @llamella/model-smollm2-135m-instruct, which holds its metadata. */
export const smollm2Path = existsSync(modelWeights)
  ? readdirSync(modelWeights)
      .filter((name) => name.endsWith('.gguf'))
      .sort()
      .map((name) => `${modelWeights}/${name}`)[0]
  : undefined;

export function readJson(path: string | URL): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

export function loadSmollm2(): TextTokenizer {
  return tokenizerFromGguf(readGgufMetadata(smollm2Path!));
}

/** A tokenizer of the shared test data. */
export function loadShared(name: 'llama3_1' | 'llama2' | 'gpt2' | 'torchtitan-2k'): TextTokenizer {
  const folder = sharedFile(`tokenizers/${name}`);
  return tokenizerFromJson(readJson(`${folder}/tokenizer.json`), readJson(`${folder}/tokenizer_config.json`));
}

/** Names and loaders of the real tokenizers, with what their tests need. */
export const realTokenizers = [
  { name: 'smollm2', available: smollm2Path !== undefined, load: loadSmollm2 },
  { name: 'llama3_1', available: hasSharedData, load: () => loadShared('llama3_1') },
] as const;

/** A tokenizer of the fixtures, see fixtures/README.md. */
export function loadFixture(name: 'unigram' | 'wordpiece'): TextTokenizer {
  const bytes = readFileSync(new URL(`fixtures/${name}.tokenizer.json.br`, import.meta.url));
  return tokenizerFromJson(JSON.parse(brotliDecompressSync(bytes).toString('utf8')));
}

/** Without its settings, which name further control tokens. */
function loadTorchtitan(): TextTokenizer {
  return tokenizerFromJson(readJson(sharedFile('tokenizers/torchtitan-2k/tokenizer.json')));
}

/** Tokenizers whose outputs are compared with the reference, see tooling/reference/tokenizer_golden.py. */
export const referenceTokenizers = [
  ...realTokenizers,
  { name: 'llama2', available: hasSharedData, load: () => loadShared('llama2') },
  { name: 'gpt2', available: hasSharedData, load: () => loadShared('gpt2') },
  { name: 'torchtitan-2k', available: hasSharedData, load: loadTorchtitan },
  { name: 'unigram', available: true, load: () => loadFixture('unigram') },
  { name: 'wordpiece', available: true, load: () => loadFixture('wordpiece') },
] as const;
