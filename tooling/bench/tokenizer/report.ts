import { type Machine, machineLine } from '../machine.ts';
import { spreadOf } from '../statistics.ts';
import {
  type Contender,
  contenders,
  type LibraryName,
  rustVersion,
  type VocabularyName,
  versions,
} from './contenders.ts';
import type { TokenizerBenchOptions } from './options.ts';
import type { TaskResult, TextResult, TimedText } from './task.ts';
import { sources } from './texts.ts';

/** One process. */
export interface RoundRecord {
  readonly contender: Contender;
  readonly result: TaskResult;
}

/** One word of a million letters; `milliseconds` is absent when it took too long. */
export interface HostileRecord {
  readonly contender: Contender;
  readonly text: string;
  readonly milliseconds?: number;
}

export interface TokenizerReport {
  readonly machine: Machine;
  readonly options: TokenizerBenchOptions;
  readonly texts: readonly TimedText[];
  readonly rounds: readonly RoundRecord[];
  readonly hostile: readonly HostileRecord[];
}

const vocabularyNames: readonly VocabularyName[] = ['llama-3.1', 'cl100k', 'o200k'];
const own: LibraryName = 'llamella';

/** Speed, loading and hostile words, as Markdown. */
export function tablesOf(report: TokenizerReport): string {
  const parts = [
    ['## Warm', speedTable(report, (text) => spreadOf(text.passesMs).median)],
    ['## First pass', speedTable(report, ({ firstMs }) => firstMs)],
    ['## Loading', loadTable(report)],
    ...(report.hostile.length > 0 ? [['## One long word', hostileTable(report)]] : []),
  ];
  return parts.map(([title, table]) => `${title}\n\n${table}`).join('\n\n');
}

/** The whole report. */
export function markdownOf(report: TokenizerReport, command: string, date: Date): string {
  const { options } = report;
  const peerVersions = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `# Tokenizer

Written by \`${command}\` on ${date.toISOString().slice(0, 10)}.

- Machine: ${machineLine(report.machine)}
- Peers: ${peerVersions.join(', ')}, tokenizers (Rust) ${rustVersion} called from Python on one thread
- Texts of almost ${options.textBytes.toLocaleString('en')} bytes each, no paragraph twice:
${sources.map((source) => `  - ${source}`).join('\n')}

Speeds are in millions of UTF-8 bytes per second, the median of ${options.rounds} processes with the least and the most;
*ratio* is Llamella / peer. The libraries alternate, and give equal ids for every text.

${tablesOf(report)}

*Warm*: each process encodes 100 kB of another text of the kind three times, then the text once, then ${options.passes} times;
the median of these last passes counts. *First pass* is the one before them: the code is warm, the words are new. No
special tokens are added. The Rust library is timed inside Python, by \`encode_batch_fast\` without offsets and without
the conversion of its ids to a list. *Loading* ends with the first encoded word, in a new process; a library whose
vocabulary is part of it is imported then, the others are imported before. *One long word* has
${options.hostileLength.toLocaleString('en')} letters from a to z without a space, encoded once in a new process.
`;
}

type Milliseconds = (text: TextResult) => number;

function speedTable({ rounds, texts }: TokenizerReport, time: Milliseconds): string {
  const rows = presentVocabularies(rounds).flatMap((vocabulary) =>
    texts.map(({ name, bytes }) => {
      const speeds = (library: LibraryName) =>
        resultsOf(rounds, library, vocabulary).map(
          (result) => bytes / 1000 / time(result.texts.find((text) => text.name === name)!),
        );
      return [`${vocabulary}, ${name}`, ...cells(vocabulary, speeds, (ours, peer) => ours / peer)];
    }),
  );
  return table(['MB/s', 'Llamella', 'peer', 'ratio', 'second peer', 'ratio'], rows);
}

function loadTable({ rounds }: TokenizerReport): string {
  const rows = presentVocabularies(rounds).flatMap((vocabulary) => {
    const row = (title: string, time: (result: TaskResult) => number | undefined) => {
      const times = (library: LibraryName) =>
        resultsOf(rounds, library, vocabulary)
          .map(time)
          .filter((value) => value !== undefined);
      return [title, ...cells(vocabulary, times, (ours, peer) => peer / ours)];
    };
    const whole = vocabulary === 'llama-3.1' ? 'JSON.parse included' : 'from ranks, or built in';
    return [
      row(`${vocabulary}, ${whole}`, ({ loadMs }) => loadMs),
      ...(vocabulary === 'llama-3.1'
        ? [row(`${vocabulary}, parsed before`, ({ loadParsedMs }) => loadParsedMs)]
        : []),
    ];
  });
  return table(['ms', 'Llamella', 'peer', 'times faster', 'second peer', 'times faster'], rows);
}

function hostileTable({ hostile, options }: TokenizerReport): string {
  const texts = [...new Set(hostile.map(({ text }) => text))];
  const seen = hostile.filter(({ text }) => text === texts[0]).map(({ contender }) => contender);
  const rows = seen.map(({ library, vocabulary }) => [
    `${library}, ${vocabulary}`,
    ...texts.map((name) => {
      const record = hostile.find(
        ({ contender, text }) =>
          text === name && contender.library === library && contender.vocabulary === vocabulary,
      );
      const { milliseconds } = record!;
      return milliseconds === undefined
        ? `> ${options.hostileLimitMs / 1000} s`
        : `${number(milliseconds)} ms`;
    }),
  ]);
  return table(['', ...texts], rows);
}

/** Llamella's figure, then each peer's with its ratio; named, since peers differ by vocabulary. */
function cells(
  vocabulary: VocabularyName,
  valuesOf: (library: LibraryName) => readonly number[],
  ratio: (ours: number, peer: number) => number,
): string[] {
  const ours = valuesOf(own);
  const peers = contenders.filter((each) => each.vocabulary === vocabulary && each.library !== own);
  const peerCells = peers.flatMap(({ library }) => {
    const values = valuesOf(library);
    if (values.length === 0) return ['–', '–'];
    const comparable =
      ours.length > 0 ? ratio(spreadOf(ours).median, spreadOf(values).median).toFixed(2) : '–';
    return [`${library}: ${spread(values)}`, comparable];
  });
  return [ours.length > 0 ? spread(ours) : '–', ...peerCells, ...(peers.length < 2 ? ['', ''] : [])];
}

function presentVocabularies(rounds: readonly RoundRecord[]): VocabularyName[] {
  return vocabularyNames.filter((name) => rounds.some(({ contender }) => contender.vocabulary === name));
}

function resultsOf(
  rounds: readonly RoundRecord[],
  library: LibraryName,
  vocabulary: VocabularyName,
): TaskResult[] {
  return rounds
    .filter(({ contender }) => contender.library === library && contender.vocabulary === vocabulary)
    .map(({ result }) => result);
}

function spread(values: readonly number[]): string {
  const { median, least, most } = spreadOf(values);
  return values.length === 1 ? number(median) : `${number(median)} (${number(least)}–${number(most)})`;
}

function number(value: number): string {
  return value.toFixed(value < 20 ? 1 : 0);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(head),
    `|---|${head
      .slice(1)
      .map(() => '---:|')
      .join('')}`,
    ...rows.map(line),
  ].join('\n');
}
