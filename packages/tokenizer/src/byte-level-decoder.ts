import { tokenBytes } from './token-bytes.ts';
import type { TokenDecoder } from './token-decoder.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Decodes tokens that stand for bytes wherever they are: those of byte-level BPE. */
export function byteLevelDecoder(vocabulary: Vocabulary): TokenDecoder {
  let table: ReturnType<typeof tokenBytes> | undefined;
  /** The table is made when first needed: encoding alone never does. */
  const bytesOf = (id: number) => {
    table ??= tokenBytes(vocabulary);
    return table(id);
  };
  const makeDecoder = () => new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    bytesOf,
    decode(ids) {
      const parts = ids.map(bytesOf);
      const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) {
        bytes.set(part, at);
        at += part.length;
      }
      return makeDecoder().decode(bytes);
    },
    stream() {
      const decoder = makeDecoder();
      return {
        push: (id) => decoder.decode(bytesOf(id), { stream: true }),
        flush: () => decoder.decode(),
      };
    },
  };
}
