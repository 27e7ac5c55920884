import { LlamellaError } from '@llamella/spec';
import type { ModelGroup } from './model-groups.ts';

/** A model of several, and why. */
export interface Choice {
  /** The model that was chosen. */
  readonly group: ModelGroup;
  /** A sentence for people. */
  readonly reason: string;
}

/** Of the memory, what weights may take: the rest is for the cache of keys and values, and for everybody else. */
const largestShare = 0.6;
/** Weights that take less than this share leave so much room that there is no reason to save bits. */
const smallShare = 0.1;

/** Bits per weight, roughly, for those that are chosen by themselves. */
const bits: readonly (readonly [RegExp, number])[] = [
  [/^(UD-)?I?Q(\d+)/, 0],
  [/^TQ/, 2],
  [/^(MXFP4|NVFP4)/, 4],
  [/^FP8/, 8],
  [/^B?F(P)?16/, 16],
  [/^F(P)?32/, 32],
];

/**
 * Chooses the quantization that fits the machine: the best one of up to 8 bits when that takes less than a tenth of
 * the memory; otherwise Q4_K_M, or the nearest to it; otherwise the largest that takes less than 60 percent.
 *
 * @param memoryBytes memory of the machine; without it, Q4_K_M or the nearest to it is taken
 * @throws {LlamellaError} `unsupported` when none fits, naming the smallest
 */
export function chooseQuantization(
  groups: readonly ModelGroup[],
  memoryBytes: number | undefined,
  source: string,
): Choice {
  const whole = groups.filter(({ missingParts }) => missingParts === 0);
  const bySize = [...(whole.length > 0 ? whole : groups)].sort((a, b) => b.bytes - a.bytes);
  if (bySize.length === 1) return { group: bySize[0]!, reason: 'it is the only one' };
  const nearest = [...bySize].sort((a, b) => distance(a) - distance(b))[0]!;
  if (memoryBytes === undefined) {
    return { group: nearest, reason: 'the memory of this machine is not known, and this one suits most' };
  }
  const memory = `${gibibytes(memoryBytes)} of memory`;
  const comfortable = bySize.find(
    (group) => bitsOf(group) <= 8 && group.bytes <= memoryBytes * smallShare && group.bytes >= nearest.bytes,
  );
  if (comfortable !== undefined) {
    const reason = `the best of up to 8 bits, and ${gibibytes(comfortable.bytes)} of weights are little beside ${memory}`;
    return { group: comfortable, reason };
  }
  const limit = memoryBytes * largestShare;
  if (nearest.bytes <= limit) {
    return {
      group: nearest,
      reason: `the usual balance of size and quality; ${gibibytes(nearest.bytes)} fit ${memory}`,
    };
  }
  const fitting = bySize.find(({ bytes }) => bytes <= limit);
  if (fitting !== undefined) {
    return {
      group: fitting,
      reason: `the largest whose weights, ${gibibytes(fitting.bytes)}, fit ${memory}`,
    };
  }
  const smallest = bySize.at(-1)!;
  throw new LlamellaError(
    'unsupported',
    `${source}: even the smallest, ${nameOf(smallest)} with ${gibibytes(smallest.bytes)}, is too large for ${memory}; ` +
      `to download it all the same, name it: ":${nameOf(smallest)}"`,
  );
}

/** What to write after the colon of a reference. */
export function nameOf({ quantization, name }: ModelGroup): string {
  return quantization ?? name;
}

function bitsOf({ quantization = '' }: ModelGroup): number {
  const row = bits.find(([pattern]) => pattern.test(quantization));
  if (row === undefined) return 99;
  return row[1] || Number(row[0].exec(quantization)![2]);
}

/** How far from Q4_K_M, the format in which most models are both published and used. */
function distance(group: ModelGroup): number {
  const { quantization = '' } = group;
  const order = [
    'Q4_K_M',
    'UD-Q4_K_XL',
    'Q4_K_S',
    'Q4_K_L',
    'Q4_0',
    'Q4_1',
    'IQ4_NL',
    'IQ4_XS',
    'Q5_K_M',
    'Q5_K_S',
  ];
  const place = order.indexOf(quantization);
  if (place >= 0) return place;
  const count = bitsOf(group);
  // Above four bits first, since fewer lose much; floating-point files last.
  return 100 + (count >= 4 ? count : 20 + (4 - count));
}

function gibibytes(bytes: number): string {
  return bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(0)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
