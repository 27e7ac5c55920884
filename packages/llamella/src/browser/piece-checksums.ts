import type { GraphPlan } from '@llamella/spec';
import { crc32 } from './crc32.ts';

/** CRC-32 of each initializer of a plan whose bytes come in pieces, none of which has bytes of two. */
export class PieceChecksums {
  /** In the plan's order. */
  readonly sums: number[] = [];
  readonly #plan: Pick<GraphPlan, 'initializers' | 'offsets'>;
  #offset = 0;

  constructor(plan: Pick<GraphPlan, 'initializers' | 'offsets'>) {
    this.#plan = plan;
  }

  /** Takes the next piece. */
  add(piece: Uint8Array): void {
    const { offsets, initializers } = this.#plan;
    if (offsets[this.sums.length] === this.#offset) this.sums.push(0);
    const last = this.sums.length - 1;
    const end = last < 0 ? 0 : offsets[last]! + initializers[last]!.byteLength;
    if (this.#offset < end) this.sums[last] = crc32(piece, this.sums[last]);
    this.#offset += piece.byteLength;
  }
}
