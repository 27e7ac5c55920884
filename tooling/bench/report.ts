import { type Machine, machineLine } from './machine.ts';
import type { CandidateName, Measurement } from './measurement.ts';
import type { Scenario } from './scenarios.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** One measurement, as it is kept in the JSON file. */
export interface RunRecord {
  readonly candidate: CandidateName;
  readonly scenario: Scenario['name'];
  readonly run: number;
  readonly measurement: Measurement;
}

export interface BenchReport {
  readonly date: string;
  readonly command: string;
  readonly model: string;
  readonly peerVersion: string;
  readonly llamella: string;
  readonly threads: number;
  readonly contextLength: number;
  readonly machine: Machine;
  readonly runs: readonly RunRecord[];
}

interface Figure {
  readonly title: string;
  readonly scenario: Scenario['name'];
  readonly better: 'more' | 'less';
  readonly value: (measurement: Measurement) => number | undefined;
}

const mebibytes = (bytes: number) => bytes / 2 ** 20;

const figures: readonly Figure[] = [
  {
    title: 'prefill, 512 tokens (tok/s)',
    scenario: 'prefill',
    better: 'more',
    value: ({ firstTokenMs }) => 512_000 / firstTokenMs,
  },
  {
    title: 'decode after 100 tokens (tok/s)',
    scenario: 'decode-100',
    better: 'more',
    value: ({ decodeTokensPerSecond }) => decodeTokensPerSecond,
  },
  {
    title: 'decode after 4,000 tokens (tok/s)',
    scenario: 'decode-4000',
    better: 'more',
    value: ({ decodeTokensPerSecond }) => decodeTokensPerSecond,
  },
  {
    title: 'load to first token (ms)',
    scenario: 'load',
    better: 'less',
    value: ({ loadToFirstTokenMs }) => loadToFirstTokenMs,
  },
  {
    title: 'peak memory, 100 tokens (MiB)',
    scenario: 'decode-100',
    better: 'less',
    value: ({ memory }) => mebibytes(memory.peak),
  },
  {
    title: 'memory after decode, 100 tokens (MiB)',
    scenario: 'decode-100',
    better: 'less',
    value: ({ memory }) => mebibytes(memory.resident),
  },
  {
    title: 'peak memory, 4,000 tokens (MiB)',
    scenario: 'decode-4000',
    better: 'less',
    value: ({ memory }) => mebibytes(memory.peak),
  },
  {
    title: 'memory after decode, 4,000 tokens (MiB)',
    scenario: 'decode-4000',
    better: 'less',
    value: ({ memory }) => mebibytes(memory.resident),
  },
  {
    title: 'longest gap of a 1 ms timer during decode (ms)',
    scenario: 'decode-100',
    better: 'less',
    value: ({ longestTimerGapMs }) => longestTimerGapMs,
  },
];

/** Table of medians with their ranges and, where both were measured, the ratio Llamella / node-llama-cpp. */
export function tableOf(runs: readonly RunRecord[]): string {
  const rows = figures.flatMap((figure) => {
    const own = spread(runs, figure, 'llamella');
    const other = spread(runs, figure, 'node-llama-cpp');
    if (own === undefined && other === undefined) return [];
    const ratio = own && other ? (own.median / other.median).toFixed(2) : '–';
    return [`| ${figure.title} | ${figure.better} | ${cell(own)} | ${cell(other)} | ${ratio} |`];
  });
  return [
    '| median (least–most) | better | Llamella | node-llama-cpp | ratio |',
    '|---|---|---:|---:|---:|',
    ...rows,
  ].join('\n');
}

/** The report as Markdown. */
export function markdownOf(report: BenchReport): string {
  const count = Math.max(...report.runs.map(({ run }) => run)) + 1;
  return `# Node, CPU: Llamella beside node-llama-cpp

Written by \`${report.command}\` on ${report.date}.

- Machine: ${machineLine(report.machine)}
- Model: ${report.model}, the same file for both
- Llamella: ${report.llamella}
- node-llama-cpp ${report.peerVersion}: prebuilt CPU binary, \`gpu: false\`, batch 512, otherwise its defaults
- Both: ${report.threads} threads, context ${report.contextLength}, greedy, the same token ids (WikiText-2), end tokens ignored

${tableOf(report.runs)}

Each figure is the median of ${count} measurements; each measurement runs in a fresh process, and the two programs
alternate. *Ratio* is Llamella / node-llama-cpp. *Prefill* is the time from the call to the first token of a 512-token
prompt, after a short other prompt. *Decode* counts 64 tokens after 8 uncounted ones. *Load to first token* begins
before the library is imported and ends with the first token after a 16-token prompt; the file is in the page cache.
*Memory* is the resident memory of the process, Node and mapped files included (VmHWM, and VmRSS after the last token).
`;
}

/** The report as JSON, fractions rounded to thousandths. */
export function jsonOf(report: BenchReport): string {
  const round = (_: string, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
  return `${JSON.stringify(report, round, 2)}\n`;
}

function spread(runs: readonly RunRecord[], figure: Figure, candidate: CandidateName): Spread | undefined {
  const values = runs
    .filter((run) => run.candidate === candidate && run.scenario === figure.scenario)
    .map(({ measurement }) => figure.value(measurement))
    .filter((value) => value !== undefined);
  return values.length === 0 ? undefined : spreadOf(values);
}

function cell(spread: Spread | undefined): string {
  if (spread === undefined) return '–';
  const digits = spread.most < 20 ? 1 : 0;
  const [median, least, most] = [spread.median, spread.least, spread.most].map((x) => x.toFixed(digits));
  return `${median} (${least}–${most})`;
}
