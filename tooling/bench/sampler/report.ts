import { type Machine, machineLine } from '../machine.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import {
  historyLength,
  type LibraryName,
  peerVersion,
  settings,
  type TaskResult,
  vocabularySize,
} from './task.ts';

/** One process. */
export interface SamplerRecord {
  readonly library: LibraryName;
  readonly setting: number;
  readonly result: TaskResult;
}

/** Time and memory per token, as Markdown. */
export function tableOf(records: readonly SamplerRecord[]): string {
  const rows = settings.flatMap(({ name, done }, setting) => {
    const of = (library: LibraryName) =>
      records.filter((record) => record.library === library && record.setting === setting);
    const [own, peer] = [of('llamella'), of('transformers.js')];
    if (own.length === 0 && peer.length === 0) return [];
    const [ownTime, peerTime] = [time(own), time(peer)];
    const ratio = ownTime && peerTime ? (peerTime.median / ownTime.median).toFixed(1) : '–';
    return [
      `| ${name} | ${done} | ${cell(ownTime)} | ${cell(peerTime)} | ${ratio} | ${bytes(own)} | ${bytes(peer)} |`,
    ];
  });
  return [
    '| asked for, and done by Llamella | done by transformers.js | Llamella, ms per token | transformers.js, ms per token | times faster | Llamella, bytes per token | transformers.js, bytes per token |',
    '|---|---|---:|---:|---:|---:|---:|',
    ...rows,
  ].join('\n');
}

/** The whole report. */
export function markdownOf(
  records: readonly SamplerRecord[],
  machine: Machine,
  rounds: number,
  tokens: number,
  command: string,
  date: Date,
): string {
  return `# Sampler

Written by \`${command}\` on ${date.toISOString().slice(0, 10)}.

- Machine: ${machineLine(machine)}
- Peer: transformers.js (@huggingface/transformers) ${peerVersion}, with onnxruntime-node as it brings it
- Both: the same ${vocabularySize.toLocaleString('en')} logits from a seed, ${historyLength.toLocaleString('en')} tokens before the first

${tableOf(records)}

Median of ${rounds} processes with the least and the most; each gives the median of ${tokens} tokens after uncounted ones. The
libraries alternate.

*Llamella*: \`sample\` of \`createSampler\`. *transformers.js*: its own \`generate\` on a model that returns ready logits,
timed from the return of \`forward\` to the next question whether to stop: its copy of the last row,
\`RepetitionPenaltyLogitsProcessor\`, \`TemperatureLogitsWarper\`, then \`MultinomialSampler\` or \`GreedySampler\`.
\`MultinomialSampler\` finds the \`top_k\` largest in an ONNX Runtime session, and draws from them; with \`top_k: 0\` that is
the whole vocabulary, sorted.

Version ${peerVersion} takes \`top_p\` but does not apply it: \`generate\` leaves out \`TopPLogitsWarper\`, which is empty. It knows
no min-p, frequency or presence penalty. Where its column does not say *all*, it does less than Llamella: such a row says
what each takes for the same options, not for the same work.

*Bytes per token* are what JavaScript allocates on its heap and in array buffers; memory of ONNX Runtime is not counted.
`;
}

function time(records: readonly SamplerRecord[]): Spread | undefined {
  return records.length === 0
    ? undefined
    : spreadOf(records.map(({ result }) => spreadOf(result.milliseconds).median));
}

function bytes(records: readonly SamplerRecord[]): string {
  if (records.length === 0) return '–';
  return Math.round(spreadOf(records.map(({ result }) => result.bytesPerToken)).median).toLocaleString('en');
}

function cell(spread: Spread | undefined): string {
  if (spread === undefined) return '–';
  const [median, least, most] = [spread.median, spread.least, spread.most].map((value) =>
    value.toPrecision(3),
  );
  return spread.least === spread.most ? `${median}` : `${median} (${least}–${most})`;
}
