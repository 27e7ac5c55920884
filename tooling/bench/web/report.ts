import { type Machine, machineLine } from '../machine.ts';
import { spreadOf } from '../statistics.ts';

import type { PageMeasurement, Workload } from './measure.ts';
import { type CandidateName, peerVersions } from './peers.ts';

/** One browser's measurement. */
export interface PageRecord {
  readonly name: CandidateName;
  readonly measurement: PageMeasurement;
}

const labels: Readonly<Record<CandidateName, string>> = {
  llamella: 'Llamella',
  wllama: `wllama ${peerVersions['@wllama/wllama']}`,
  'transformers.js': `transformers.js ${peerVersions['@huggingface/transformers']}`,
};

interface Figures {
  readonly decode: number;
  readonly prefill: number;
  readonly firstTokenMs: number;
  readonly loadMs: number;
  readonly peakBytes?: number;
}

/** Medians over all browsers and generations. */
function figuresOf(records: readonly PageRecord[], { promptTokens }: Workload): Figures {
  const runs = records.flatMap(({ measurement }) => measurement.runs);
  const median = (values: readonly number[]) => spreadOf(values).median;
  const peaks = records.flatMap(({ measurement: { peakBytes } }) =>
    peakBytes === undefined ? [] : [peakBytes],
  );
  return {
    decode: median(
      runs.map(
        ({ firstTokenMs, lastTokenMs, tokens }) => ((tokens - 1) * 1000) / (lastTokenMs - firstTokenMs),
      ),
    ),
    prefill: median(runs.map(({ firstTokenMs }) => (promptTokens * 1000) / firstTokenMs)),
    firstTokenMs: median(runs.map(({ firstTokenMs }) => firstTokenMs)),
    loadMs: median(records.map(({ measurement }) => measurement.loadMs)),
    ...(peaks.length > 0 && { peakBytes: median(peaks) }),
  };
}

/** A table in Markdown: medians, and how many times as fast as each peer Llamella is in the same run. */
export function tableOf(records: readonly PageRecord[], workload: Workload): string {
  const names = [...new Set(records.map(({ name }) => name))];
  const figures = new Map(
    names.map((name) => [
      name,
      figuresOf(
        records.filter((record) => record.name === name),
        workload,
      ),
    ]),
  );
  const ours = figures.get('llamella');
  const times = (value: number, other: number | undefined, isOurs: boolean) =>
    other === undefined || isOurs ? '' : ` (${(other / value).toFixed(2)}x)`;
  const rows = [...figures].map(([name, { decode, prefill, firstTokenMs, loadMs, peakBytes }]) => {
    const isOurs = name === 'llamella';
    const memory = peakBytes === undefined ? '' : `${Math.round(peakBytes / 2 ** 20)}`;
    const cells = [
      labels[name],
      `${decode.toFixed(1)}${times(decode, ours?.decode, isOurs)}`,
      `${prefill.toFixed(1)}${times(prefill, ours?.prefill, isOurs)}`,
      firstTokenMs.toFixed(0),
      (loadMs / 1000).toFixed(1),
      memory,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| | decode (tok/s) | prefill (tok/s) | first token (ms) | load (s) | peak memory (MiB) |',
    '|---|---:|---:|---:|---:|---:|',
    ...rows,
  ].join('\n');
}

/** How it was measured. */
export interface ReportMethod {
  readonly workload: Workload;
  readonly machine: Machine;
  readonly rounds: number;
  readonly command: string;
  readonly date: Date;
}

/** The page `docs/benchmarks/web.md`. */
export function markdownOf(records: readonly PageRecord[], method: ReportMethod): string {
  const { workload, machine, rounds, command, date } = method;
  const { threads, contextLength, promptTokens, generatedTokens, runs } = workload;
  return `# In the browser, on WASM

SmolLM2-135M-Instruct in headless Chromium on the processor, with ${threads} threads on an isolated page. In brackets: how many
times as fast as that row Llamella is.

${tableOf(records, workload)}

- Llamella and wllama load the same GGUF file: the embedded model converted to Q4_0, its tied embedding in Q6_K.
  transformers.js runs the same weights in its own layout, \`q4\`: \`MatMulNBits\` of 4 bits in blocks of 32 with separate
  projections, the output projection among them, and the embedding in float32.
- Each row is the median of ${rounds} browsers with ${runs} generations each, after one that is not counted. The libraries take turns.
- A generation: ${promptTokens} tokens of WikiText-2, another stretch each time, then ${generatedTokens - 1} greedy tokens after the
  first, at most 8 with transformers.js. Prefill is the length of the prompt divided by the time until the first token
  arrives in the page; decode is from the first to the last.
- Load is from nothing to a model that can generate: libraries and model come from a server on the same machine.
- Peak memory is the largest resident size of the browser's renderer processes (VmHWM), workers included.
- All contexts hold ${contextLength} tokens. wllama runs with \`n_gpu_layers: 0\`, transformers.js with \`device: 'wasm'\`.

${date.toISOString().slice(0, 10)}, ${machineLine(machine)}, by \`${command}\`.
`;
}
