import { UnsupportedError } from '@llamella/spec';
import { type PreTokenizer, scanWith, sequence } from './pre-tokenizer.ts';
import { numberScanner } from './scan.ts';
import { scanGpt2 } from './scan-gpt2.ts';
import { scanLlama3 } from './scan-llama3.ts';
import { splitAt } from './split.ts';

/** What a name in `tokenizer.ggml.pre` stands for. */
export interface GgufPreTokenizer {
  readonly preTokenizer: PreTokenizer;
  readonly ignoreMerges: boolean;
  readonly addBos: boolean;
}

const llama3 = [
  'llama3',
  'llama-v3',
  'llama-bpe',
  'falcon3',
  'falcon-h1',
  'pixtral',
  'midm-2.0',
  'lfm2',
  'jina-v5-nano',
];
const llama3Plain = ['dbrx', 'smaug-bpe', 'glm4', 'chatglm-bpe'];
const gpt2 = [
  'gpt-2',
  'phi-2',
  'jina-es',
  'jina-de',
  'jina-v2-es',
  'jina-v2-de',
  'gigachat',
  'a.x-4.0',
  'mellum',
  'modern-bert',
  'mpt',
  'olmo',
  'jais',
  'trillion',
  'granite-docling',
  'exaone4',
];
const smollm = ['smollm', 'starcoder', 'refact', 'command-r', 'codeshell', 'exaone', 'minerva-7b', 'mellum2'];

/**
 * The pre-tokenizer that a GGUF file names.
 *
 * Source: src/llama-vocab.cpp of https://github.com/ggml-org/llama.cpp
 *
 * @param name value of `tokenizer.ggml.pre`; `default` when the file has none
 * @throws {UnsupportedError} for other names
 */
export function ggufPreTokenizer(name: string): GgufPreTokenizer {
  const has = (names: readonly string[]) => names.includes(name);
  const plain = { ignoreMerges: false, addBos: false };
  if (has(llama3)) return { preTokenizer: scanWith(scanLlama3), ignoreMerges: true, addBos: true };
  if (has(llama3Plain)) return { preTokenizer: scanWith(scanLlama3), ...plain };
  if (has(gpt2)) return { preTokenizer: scanWith(scanGpt2), ...plain };
  if (has(smollm)) {
    return { preTokenizer: sequence([scanWith(numberScanner(true)), scanWith(scanGpt2)]), ...plain };
  }
  if (name === 'default') return { preTokenizer: fallback(), ...plain };
  throw new UnsupportedError(`tokenizer.ggml.pre "${name}"`, 'this version does not know how it cuts text');
}

/** For files that do not say; the models of these files may have been trained with another one. */
function fallback(): PreTokenizer {
  return sequence([
    splitAt(/[\p{P}$+<=>^~|]+/gu, 'Isolated', false),
    scanWith(scanGpt2),
    scanWith(numberScanner(false)),
    splitAt(/[0-9][0-9][0-9]/g, 'Isolated', false),
  ]);
}
