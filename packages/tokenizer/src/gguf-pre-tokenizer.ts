import { classAt, letter, mark, newline, number, other, space } from './character-class.ts';
import { digitGroups } from './digit-groups.ts';
import {
  commonNames,
  type GgufNames,
  gpt2,
  llama3,
  namedPreTokenizer,
  singleDigits,
} from './gguf-common-names.ts';
import type { GgufPreTokenizer } from './gguf-readers.ts';
import { type PreTokenizer, scanWith } from './pre-tokenizer.ts';
import { numberScanner } from './scan.ts';
import { runScanner, symbol, type WordRules, wordScanner } from './scan-words.ts';
import { splitAt } from './split.ts';

const splitOff = (pattern: RegExp) => splitAt(pattern, 'Isolated');
const words = (rules: WordRules) => scanWith(wordScanner(rules));
const numbers = () => scanWith(numberScanner(false));
const threeDigits = () => splitOff(/\p{N}{1,3}/gu);
const lines = () => splitOff(/\n+/g);

const qwen: WordRules = { contraction: 'apart', numbers: 1 };
const o200k: WordRules = { contraction: 'joined', words: 'cased', numbers: 3, tail: '\r\n/' };
const marked: WordRules = { contraction: 'joined', word: letter + mark, numbers: 3, tail: '\r\n/' };
const deepseek3: WordRules = {
  commands: true,
  word: letter + mark,
  lead: space - newline + number + other,
  other: symbol,
};
const cjk = () => splitOff(/[\u4e00-\u9fa5\u3040-\u30ff]+/g);
const asian = () =>
  splitOff(
    /[\u0800-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff\u3001-\u9fa5\uac00-\ud7ff]+/g,
  );
const poro = () => runs(/[^(\p{White_Space}|.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c)]/u, / /);
const runs = (single: RegExp, lead?: RegExp) => scanWith(runScanner(single, lead));
const anySpace = /\p{White_Space}/u;

/** Latin, Greek, Cyrillic and other letters with case, of an older Unicode and with gaps. */
const casedLetter =
  /(?![\u0560-\u0588\u10c7-\u10ff\u1c80-\u1c8f\u2d00-\u2d2d\ua790-\ua7ff\uab30-\uab6f\u{10500}-\u{105ff}\u{10d00}-\u{1189f}\u{118e0}-\u{1e8ff}])[\u0295\p{LC}]/u;

const rareNames: GgufNames = [
  ['midm-2.0 jina-v5-nano', () => [llama3()], { ignoreMerges: true, addBos: true }],
  [
    'jina-es jina-de gigachat jina-v2-es jina-v2-de a.x-4.0 mellum modern-bert jina-v1-en jina-v2-code roberta-bpe jais trillion',
    () => [gpt2()],
  ],
  ['refact codeshell minerva-7b mellum2', () => [singleDigits(), gpt2()]],
  ['kormo f2llmv2 megrez solar-open bailingmoe bailingmoe2 llada-moe', () => [llama3(1)]],
  ['minicpm5', () => [threeDigits(), llama3()], { ignoreMerges: true }],
  ['jais-2', () => [llama3(), scanWith(powersOfTwo)]],
  ['qwen35', () => [words({ ...qwen, word: letter + mark, other: other - mark + symbol })]],
  ['ufakzeka', () => [words({ numbers: 1 })]],
  ['seed-coder', () => [words({ ...qwen, tail: '' })]],
  ['exaone-moe', () => [words({ ...qwen, words: 'phrases', tail: '\r\n/', tailLimit: 1 })]],
  ['laguna', () => [lines(), words(qwen)]],
  [
    'tekken',
    () => [words({ words: 'cased', numbers: 1, tail: '\r\n/' })],
    { ignoreMerges: true, addBos: true },
  ],
  ['gpt-4o llama4 kanana2 talkie minimax-m2', () => [words(o200k)]],
  ['granite-embed-multi-97m', () => [words({ ...o200k, word: letter + mark })], { ignoreMerges: true }],
  ['tiny_aya cohere2moe', () => [digitGroups(true), words(marked)]],
  [
    'youtu',
    () => [
      splitOff(
        /[\uac00-\ud7a3\u3131-\u318e]+|[\uff01\u2026\u201c\u201d\u2018\u2019\u2014\uff1a\uff1b\uff0c\u3001-\u303f\ufe30-\ufe4f]+|[\u3105-\u312f]+|[\u4e00-\u9fa5\u3040-\u30ff]+/g,
      ),
      words({ ...marked, numbers: 1 }),
    ],
    { ignoreMerges: true },
  ],
  ['kimi-k2', () => [words({ han: true, contraction: 'joined', numbers: 3 })]],
  ['deepseek-v3 hunyuan-dense joyai-llm hy_v4', () => [threeDigits(), cjk(), words(deepseek3)]],
  [
    'spark2_5',
    () => [threeDigits(), cjk(), words({ ...deepseek3, tail: '', singleLines: true }), singleDigits()],
  ],
  [
    'afmoe',
    () => [
      digitGroups(true),
      splitOff(
        /[\u0e40-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2f00-\u2fdf\u3040-\u30ff\u3400-\u4dbf\u4e00-\ufaff\uff65-\uff9f]+/gu,
      ),
      words(deepseek3),
    ],
  ],
  [
    'deepseek-llm',
    () => [
      splitOff(/[\r\n]/g),
      runs(casedLetter, anySpace),
      runs(/[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3001\u3002]/, anySpace),
      trailingSpace,
      asian(),
      numbers(),
    ],
  ],
  [
    'deepseek-coder',
    () => [splitOff(/[\r\n]/g), runs(/\p{L}/u, anySpace), runs(/\p{P}/u, anySpace), asian(), singleDigits()],
  ],
  ['falcon', () => [runs(/[\p{P}$+<=>^~|`]/u), gpt2(), splitOff(/[0-9]{3}/g)]],
  ['default', () => [runs(/[\p{P}$+<=>^~|]/u), gpt2(), numbers(), splitOff(/[0-9]{3}/g)]],
  ['poro-chat bloom gpt3-finnish', () => [poro()]],
  ['viking', () => [poro(), singleDigits()]],
  [
    'chameleon',
    () => [
      splitOff(/<sentinel:[0-9]+>/g),
      splitOff(/IMGIMG[A-I]{1,4}Z/g),
      splitOff(/[\t\n]| {4}| {2}/g),
      singleDigits(),
      splitOff(/[\p{P}!-/:-@[-`{-~]/gu),
      gpt2(),
    ],
    { addBos: true },
  ],
  ['superbpe', () => [numbers(), digitGroups(false)]],
  [
    'gemma4 granite-embed-multi-311m',
    () => [lines()],
    { characters: true, escapeSpaces: true, alwaysAddBos: true },
  ],
  ['sarvam-moe', () => [lines()], { characters: true, escapeSpaces: true }],
  ['whitespace', () => [runs(/\P{White_Space}/u)], { characters: true }],
];

/** The pre-tokenizer that a GGUF file names, for all of llama.cpp's names. */
export function ggufPreTokenizer(name: string): GgufPreTokenizer | undefined {
  return namedPreTokenizer([...commonNames, ...rareNames], name);
}

/** Jais 2: white space comes in pieces of 512, 256, ... 1 characters, up to the last line end in one. */
function powersOfTwo(text: string, start: number, end: number): number {
  if (!(classAt(text, end - 1, end) & (space - newline))) return end;
  let size = 512;
  while (size > end - start) size /= 2;
  return start + size;
}

/** `\s+$` */
const trailingSpace: PreTokenizer = (source, start, end, handle) => {
  let stop = end;
  while (stop > start && classAt(source.text, stop - 1, end) & space) stop--;
  if (stop > start && !handle(source, start, stop)) return false;
  return stop === end || handle(source, stop, end);
};
