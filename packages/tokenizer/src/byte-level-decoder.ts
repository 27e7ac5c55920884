import type { StreamingDecoder } from '@llamella/spec';
import { TokenBytes } from './token-bytes.ts';
import type { TokenDecoder } from './token-decoder.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Decodes tokens that stand for bytes wherever they are: those of byte-level BPE. */
export class ByteLevelDecoder implements TokenDecoder {
  readonly #vocabulary: Vocabulary;
  #bytes: TokenBytes | undefined;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  decode(ids: readonly number[]): string {
    const table = this.#table();
    let length = 0;
    for (const id of ids) length += table.lengthOf(id);
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const id of ids) {
      bytes.set(table.of(id), at);
      at += table.lengthOf(id);
    }
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  }

  stream(): StreamingDecoder {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const table = this.#table();
    return {
      push: (id) => decoder.decode(table.of(id), { stream: true }),
      flush: () => decoder.decode(),
    };
  }

  bytesOf(id: number): Uint8Array {
    return this.#table().of(id);
  }

  /** Made when first needed: encoding alone never does. */
  #table(): TokenBytes {
    this.#bytes ??= new TokenBytes(this.#vocabulary);
    return this.#bytes;
  }
}
