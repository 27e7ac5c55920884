import type { DecodeOptions, EncodeOptions, StreamingDecoder, Tokenizer } from '@llamella/spec';

const bos = 256;
const eos = 257;
const names = new Map([
  [bos, '<s>'],
  [eos, '</s>'],
]);

/** A tokenizer with one token per UTF-8 byte, `<s>` (256) and `</s>` (257). */
export function createByteTokenizer(options: { readonly bos?: boolean } = {}): Tokenizer {
  const hasBos = options.bos ?? true;
  const bytesOf = (id: number, decode: DecodeOptions | undefined) => {
    if (id < 256) return Uint8Array.of(id);
    return new TextEncoder().encode(decode?.skipSpecialTokens ? '' : (names.get(id) ?? ''));
  };
  return {
    vocabularySize: 258,
    specialTokenIds: hasBos ? { bos, eos } : { eos },
    endOfGenerationIds: new Set([eos]),
    encode(text, encodeOptions: EncodeOptions = {}) {
      const ids = encodeOptions.addSpecialTokens !== false && hasBos ? [bos] : [];
      const pieces = encodeOptions.parseSpecialTokens ? text.split(/(<s>|<\/s>)/) : [text];
      for (const piece of pieces) {
        const special = pieces.length > 1 ? [...names].find(([, name]) => name === piece) : undefined;
        if (special) ids.push(special[0]);
        else ids.push(...new TextEncoder().encode(piece));
      }
      return Uint32Array.from(ids);
    },
    decode(ids, decodeOptions) {
      const decoder = this.createDecoder(decodeOptions);
      let text = '';
      for (const id of ids) text += decoder.push(id);
      return text + decoder.flush();
    },
    createDecoder(decodeOptions): StreamingDecoder {
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      return {
        push: (id) => decoder.decode(bytesOf(id, decodeOptions), { stream: true }),
        flush: () => decoder.decode(),
      };
    },
    idToToken: (id) => (id >= 0 && id < 256 ? `<0x${id.toString(16).padStart(2, '0')}>` : names.get(id)),
    tokenToId(token) {
      const special = [...names].find(([, name]) => name === token);
      if (special) return special[0];
      const match = /^<0x([0-9a-f]{2})>$/.exec(token);
      return match ? Number.parseInt(match[1]!, 16) : undefined;
    },
    tokenBytes: (id) => (id < 256 ? Uint8Array.of(id) : new Uint8Array(0)),
  };
}
