/**
 * The alphabet in which byte-level vocabularies are written: one visible character per byte. Printable bytes
 * stand for themselves, the other 68 for U+0100 and up, in order.
 *
 * Source: `bytes_to_unicode` of GPT-2, https://github.com/openai/gpt-2/blob/master/src/encoder.py
 */
export const characterOfByte: readonly string[] = buildAlphabet();

const byteOfCode = new Int16Array(0x144).fill(-1);
for (const [byte, character] of characterOfByte.entries()) byteOfCode[character.charCodeAt(0)] = byte;

/** @returns the byte that a UTF-16 unit of a byte-level token stands for, or -1 when it is not of the alphabet. */
export function byteOfUnit(unit: number): number {
  return unit < 0x144 ? byteOfCode[unit]! : -1;
}

function buildAlphabet(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const visible = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
    return String.fromCharCode(visible ? byte : next++);
  });
}
