import { endOfRun, letter } from './character-class.ts';
import type { GgufPreTokenizer } from './gguf-readers.ts';
import { type PreTokenizer, scanWith, sequence } from './pre-tokenizer.ts';
import { numberScanner } from './scan.ts';
import { scanGpt2 } from './scan-gpt2.ts';
import { scanLlama3 } from './scan-llama3.ts';

/** Names in `tokenizer.ggml.pre`, how they cut, and other traits. */
export type GgufNames = readonly (readonly [
  names: string,
  steps: () => readonly PreTokenizer[],
  traits?: Omit<GgufPreTokenizer, 'preTokenizer'>,
])[];

export const gpt2 = () => scanWith(scanGpt2);
export const singleDigits = () => scanWith(numberScanner(true));

/** llama.cpp takes `'\u017f` for no contraction. */
export const llama3 = (digits = 3) =>
  scanWith((text, start, end) =>
    text.startsWith("'\u017f", start) && start + 1 < end
      ? endOfRun(text, start + 1, end, letter)
      : scanLlama3(text, start, end, digits),
  );

/** Those of GPT-2, Llama 3, Qwen 2, SmolLM and of models in wide use that cut as one of them. */
export const commonNames: GgufNames = [
  [
    'llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral lfm2',
    () => [llama3()],
    { ignoreMerges: true, addBos: true },
  ],
  ['dbrx smaug-bpe chatglm-bpe', () => [llama3()]],
  ['glm4 glm5', () => [llama3()], { ignoreMerges: true }],
  ['gpt-2 phi-2 mpt olmo exaone4 granite-docling', () => [gpt2()]],
  ['smollm starcoder command-r exaone', () => [singleDigits(), gpt2()]],
  ['qwen2 deepseek-r1-qwen stablelm2 hunyuan grok-2', () => [llama3(1)]],
];

/**
 * The pre-tokenizer that a GGUF file names.
 *
 * Source: src/llama-vocab.cpp and src/unicode.cpp of https://github.com/ggml-org/llama.cpp
 *
 * @param name value of `tokenizer.ggml.pre`
 * @returns `undefined` for names that are not in the table
 */
export function namedPreTokenizer(table: GgufNames, name: string): GgufPreTokenizer | undefined {
  const row = table.find(([names]) => names.split(' ').includes(name));
  return row && { preTokenizer: sequence(row[1]()), ...row[2] };
}
