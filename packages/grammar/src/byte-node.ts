import type { CodePoints } from './code-points.ts';

/** A place inside a character or literal: where each next byte leads. `undefined` as target means it is complete. */
export interface ByteNode {
  readonly edges: readonly ByteEdge[];
  /** At the beginning of a character: which ones are possible. */
  readonly points?: CodePoints;
}

interface ByteEdge {
  readonly first: number;
  readonly last: number;
  readonly target: ByteNode | undefined;
}

const encoder = new TextEncoder();
const utf8Limits = [0x7f, 0x7ff, 0xffff, 0x10ffff];

/** The bytes of a literal, one node each. */
export function bytesOfText(value: string): ByteNode | undefined {
  let node: ByteNode | undefined;
  for (const byte of encoder.encode(value).reverse())
    node = { edges: [{ first: byte, last: byte, target: node }] };
  return node;
}

/** The UTF-8 forms of a set of characters. */
export function bytesOfCodePoints(points: CodePoints): ByteNode {
  const edges: ByteEdge[] = [];
  for (let at = 0; at < points.length; at += 2) {
    let first = points[at]!;
    for (let size = 1; size <= 4; size++) {
      const last = Math.min(points[at + 1]!, utf8Limits[size - 1]!);
      if (first > last) continue;
      addRange(edges, first, last, size - 1, size === 1 ? 0 : (0xf00 >> size) & 0xff);
      first = last + 1;
    }
  }
  return { edges, points };
}

/** Adds the forms of `first..last`, whose leading byte carries the bits above 6 * `tail` and the marker `lead`. */
function addRange(edges: ByteEdge[], first: number, last: number, tail: number, lead: number): void {
  if (tail === 0) {
    edges.push({ first: lead | first, last: lead | last, target: undefined });
    return;
  }
  const shift = 6 * tail;
  const mask = (1 << shift) - 1;
  let high = first >> shift;
  const end = last >> shift;
  while (high <= end) {
    const low = high === first >> shift ? first & mask : 0;
    const top = high === end ? last & mask : mask;
    let until = high;
    if (low === 0 && top === mask) until = (last & mask) === mask ? end : end - 1;
    const before = edges.at(-1);
    const inner: ByteEdge[] =
      before?.target && before.first === (lead | high) && before.last === (lead | high)
        ? (before.target.edges as ByteEdge[])
        : [];
    addRange(inner, low, top, tail - 1, 0x80);
    if (inner !== before?.target?.edges)
      edges.push({ first: lead | high, last: lead | until, target: { edges: inner } });
    high = until + 1;
  }
}
