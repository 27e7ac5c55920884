import { classAt, endOfRun, space } from './character-class.ts';
import type { Scanner } from './scan.ts';
import { scanGpt2 } from './scan-gpt2.ts';
import { scanLlama3 } from './scan-llama3.ts';
import { scanO200k } from './scan-o200k.ts';

/** What belongs to a rank file but is not in it. */
export interface TiktokenEncoding {
  readonly scanner: Scanner;
  /** @param size number of ranks in the file */
  readonly specialTokens: (size: number) => Readonly<Record<string, number>>;
  readonly bos?: string;
  readonly eos: string;
}

/** As Llama 3, but white space at the end of the text is one piece, line ends or not. */
export const scanCl100k: Scanner = (text, start, end) =>
  classAt(text, start, end) & space && endOfRun(text, start, end, space) === end
    ? end
    : scanLlama3(text, start, end);

const endOfText = '<|endoftext|>';

function encoding(scanner: Scanner, specialTokens: Readonly<Record<string, number>>): TiktokenEncoding {
  return { scanner, specialTokens: () => specialTokens, eos: endOfText };
}

const gpt2 = encoding(scanGpt2, { [endOfText]: 50256 });
const o200k = { [endOfText]: 199999, '<|endofprompt|>': 200018 };

/** Source: tiktoken_ext/openai_public.py of https://github.com/openai/tiktoken, and Llama 3 as below. */
export const tiktokenEncodings: Readonly<Record<string, TiktokenEncoding>> = {
  gpt2,
  r50k_base: gpt2,
  p50k_base: gpt2,
  p50k_edit: encoding(scanGpt2, {
    [endOfText]: 50256,
    '<|fim_prefix|>': 50281,
    '<|fim_middle|>': 50282,
    '<|fim_suffix|>': 50283,
  }),
  cl100k_base: encoding(scanCl100k, {
    [endOfText]: 100257,
    '<|fim_prefix|>': 100258,
    '<|fim_middle|>': 100259,
    '<|fim_suffix|>': 100260,
    '<|endofprompt|>': 100276,
  }),
  o200k_base: encoding(scanO200k, o200k),
  o200k_harmony: {
    scanner: scanO200k,
    specialTokens: harmonyTokens,
    eos: '<|return|>',
  },
  llama3: {
    scanner: scanLlama3,
    specialTokens: llama3Tokens,
    bos: '<|begin_of_text|>',
    eos: '<|end_of_text|>',
  },
};

function harmonyTokens(): Record<string, number> {
  const tokens: Record<string, number> = { ...o200k };
  const names = 'startoftext endoftext _ _ return constrain _ channel start end message _ _ _ call'.split(
    ' ',
  );
  // Id 200018 has two names, of which an id can only keep the first.
  for (let id = 199998; id < 201088; id++) {
    const name = names[id - 199998] ?? '_';
    if (id !== 200018) tokens[`<|${name === '_' ? `reserved_${id}` : name}|>`] = id;
  }
  return tokens;
}

/** Source: models/llama3/tokenizer.py of https://github.com/meta-llama/llama-models */
function llama3Tokens(size: number): Record<string, number> {
  const reserved = (i: number) => `reserved_special_token_${i}`;
  const names = [
    'begin_of_text',
    'end_of_text',
    reserved(0),
    reserved(1),
    'finetune_right_pad_id',
    'step_id',
  ];
  names.push('start_header_id', 'end_header_id', 'eom_id', 'eot_id', 'python_tag', 'image');
  for (let i = 2; names.length < 256; i++) names.push(reserved(i));
  return Object.fromEntries(names.map((name, index) => [`<|${name}|>`, size + index]));
}
