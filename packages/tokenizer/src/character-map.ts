import type { FileNode } from './file-node.ts';

/** Rules longer than this are not found, and replacements longer than this are refused. */
const longestKey = 256;
const longestReplacement = 1024;

/**
 * The `precompiled_charsmap` of SentencePiece: texts and what to replace them by.
 *
 * Layout: number of bytes of the trie (u32), a double-array trie over UTF-8 bytes (u32 units, as Darts-clone makes
 * them), and zero-terminated replacements in UTF-8, to whose bytes the values of the trie point. All little-endian.
 * Source: src/normalizer.cc and third_party/darts_clone/darts.h of https://github.com/google/sentencepiece.
 */
export class CharacterMap {
  readonly #units: Uint32Array;
  readonly #replacements = new Map<number, string>();
  readonly #blob: Uint8Array;
  /** Where the text that the last `match` found ends. */
  end = 0;

  /** @throws {InvalidFileError} when lengths contradict each other or the replacements are not UTF-8 */
  constructor(bytes: Uint8Array, node: FileNode) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const size = bytes.length < 4 ? -1 : view.getUint32(0, true);
    if (size < 4 || size % 4 !== 0 || size > bytes.length - 4) {
      node.fail(`${bytes.length} bytes, which do not hold a trie of ${size}`);
    }
    this.#units = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
    this.#blob = bytes.subarray(4 + size);
    try {
      const all = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.#blob);
      if (all.split('\0').some((text) => text.length > longestReplacement)) {
        node.fail(`a replacement has more than ${longestReplacement} characters`);
      }
    } catch (error) {
      if (error instanceof TypeError) node.fail('the replacements are not UTF-8');
      throw error;
    }
  }

  /**
   * Finds a rule for a text that starts at `start`.
   *
   * @param first takes the shortest such text instead of the longest
   * @returns the replacement, or `undefined` when there is no rule
   */
  match(text: string, start: number, end: number, first: boolean): string | undefined {
    const units = this.#units;
    let found = -1;
    let node = offsetOf(units[0]!);
    /** @returns the unit reached by one more byte, or -1. */
    const step = (byte: number) => {
      node ^= byte;
      const unit = units[node] ?? -1;
      // A child has its byte and no bit 31, which would make it a value.
      if (byte === 0 || (unit & 0x800000ff) !== byte) return -1;
      node ^= offsetOf(unit);
      return unit;
    };
    const stop = Math.min(end, start + longestKey);
    for (let at = start; at < stop; ) {
      const code = text.codePointAt(at)!;
      at += code > 0xffff ? 2 : 1;
      let unit = 0;
      if (code < 0x80) {
        unit = step(code);
      } else {
        const more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
        unit = step(((0xff00 >> (more + 1)) & 0xff) | (code >> (6 * more)));
        for (let i = more - 1; i >= 0 && unit !== -1; i--) unit = step(0x80 | ((code >> (6 * i)) & 63));
      }
      if (unit === -1) break;
      if ((unit >> 8) & 1) {
        found = (units[node] ?? 0) & 0x7fffffff;
        this.end = at;
        if (first) break;
      }
    }
    return found < 0 ? undefined : this.#replacement(found);
  }

  #replacement(start: number): string {
    let text = this.#replacements.get(start);
    if (text === undefined) {
      const end = this.#blob.indexOf(0, start);
      text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(
        this.#blob.subarray(start, end < 0 ? this.#blob.length : end),
      );
      this.#replacements.set(start, text);
    }
    return text;
  }
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >> 6);
}
