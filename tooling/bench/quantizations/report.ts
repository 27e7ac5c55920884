import { spreadOf } from '../statistics.ts';
import type { PerplexityResult } from './perplexity.ts';
import type { Engine } from './task.ts';

/** Perplexities of one mix of types. */
export interface PerplexityRow {
  readonly type: string;
  readonly byteLength: number;
  readonly results: Readonly<Record<Engine, PerplexityResult>>;
}

/** Decoded tokens per second of one mix of types, one figure per round. */
export interface SpeedRow {
  readonly type: string;
  readonly llamella: readonly number[];
  readonly peer: readonly number[];
}

/** Llamella's figure beside llama.cpp's, as a difference in per cent. */
const difference = (own: number, other: number) => {
  const percent = 100 * (own / other - 1);
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(2)} %`;
};

export function perplexityTable(rows: readonly PerplexityRow[]): string {
  return [
    '| file | MB | llama.cpp | Llamella | difference | Llamella, `exact` | difference | standard error |',
    '|---|---:|---:|---:|---:|---:|---:|---:|',
    ...rows.map(({ type, byteLength, results }) => {
      const peer = results['llama.cpp'];
      const own = results.llamella.perplexity;
      const exact = results['llamella, exact'].perplexity;
      const cells = [
        ...[type, (byteLength / 1e6).toFixed(0), peer.perplexity.toFixed(3)],
        ...[own.toFixed(3), difference(own, peer.perplexity)],
        ...[exact.toFixed(3), difference(exact, peer.perplexity), peer.standardError.toFixed(2)],
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  ].join('\n');
}

export function speedTable(rows: readonly SpeedRow[]): string {
  const cell = (values: readonly number[]) => {
    const { median, least, most } = spreadOf(values);
    return `${median.toFixed(1)} (${least.toFixed(1)}–${most.toFixed(1)})`;
  };
  return [
    '| file | Llamella, tok/s | node-llama-cpp, tok/s | ratio |',
    '|---|---:|---:|---:|',
    ...rows.map(({ type, llamella, peer }) => {
      const ratio = spreadOf(llamella).median / spreadOf(peer).median;
      return `| ${type} | ${cell(llamella)} | ${cell(peer)} | ${ratio.toFixed(2)} |`;
    }),
  ].join('\n');
}
