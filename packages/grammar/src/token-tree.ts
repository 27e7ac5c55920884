/** Tokens as a tree of their bytes, in depth-first order. */
export class TokenTree {
  /** Of each place of the tree: its byte, its depth, the place after all that begins so, its first token or -1. */
  readonly bytes: Uint8Array;
  readonly depths: Uint16Array;
  readonly ends: Int32Array;
  readonly firstTokens: Int32Array;
  /** The next token with the same bytes, or -1. */
  readonly twins: Int32Array;

  /** @param sorted tokens by their bytes, each a character of the key */
  constructor(sorted: readonly { readonly id: number; readonly key: string }[], vocabularySize: number) {
    const bytes: number[] = [];
    const depths: number[] = [];
    const ends: number[] = [];
    const firstTokens: number[] = [];
    this.twins = new Int32Array(vocabularySize).fill(-1);
    const path: number[] = [];
    let before = '';
    let last = -1;
    for (const { id, key } of sorted) {
      if (key === before) {
        this.twins[last] = id;
      } else {
        let shared = 0;
        while (shared < before.length && before.charCodeAt(shared) === key.charCodeAt(shared)) shared++;
        while (path.length > shared) ends[path.pop()!] = bytes.length;
        for (let depth = shared; depth < key.length; depth++) {
          path.push(bytes.length);
          bytes.push(key.charCodeAt(depth));
          depths.push(depth);
          firstTokens.push(-1);
          ends.push(0);
        }
        firstTokens[bytes.length - 1] = id;
      }
      before = key;
      last = id;
    }
    while (path.length > 0) ends[path.pop()!] = bytes.length;
    this.bytes = Uint8Array.from(bytes);
    this.depths = Uint16Array.from(depths);
    this.ends = Int32Array.from(ends);
    this.firstTokens = Int32Array.from(firstTokens);
  }
}
