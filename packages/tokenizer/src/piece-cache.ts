/** Pieces longer than this are not worth remembering. */
const longestKey = 32;
const generationSize = 1 << 15;

/**
 * Remembers the ids of pieces. Two generations bound it: when the young one is full it becomes the old one, and
 * what the old one held and nobody asked for since is forgotten.
 */
export class PieceCache {
  #young = new Map<string, readonly number[]>();
  #old = new Map<string, readonly number[]>();

  get(piece: string): readonly number[] | undefined {
    const ids = this.#young.get(piece);
    if (ids !== undefined) return ids;
    const kept = this.#old.get(piece);
    if (kept !== undefined) this.set(piece, kept);
    return kept;
  }

  set(piece: string, ids: readonly number[]): void {
    if (piece.length > longestKey) return;
    if (this.#young.size >= generationSize) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(piece, ids);
  }
}
