/**
 * Writes the UTF-8 bytes of `text[start, end)`. The text must not hold lone surrogates.
 *
 * @param bytes room for three bytes per UTF-16 unit
 * @returns number of bytes
 */
export function writeUtf8(text: string, start: number, end: number, bytes: Uint8Array): number {
  let length = 0;
  for (let i = start; i < end; ) {
    let code = text.charCodeAt(i++);
    if (code < 0x80) {
      bytes[length++] = code;
      continue;
    }
    if (code < 0x800) {
      bytes[length++] = 0xc0 | (code >> 6);
    } else {
      if ((code & 0xfc00) === 0xd800) {
        code = 0x10000 + ((code - 0xd800) << 10) + (text.charCodeAt(i++) - 0xdc00);
        bytes[length++] = 0xf0 | (code >> 18);
        bytes[length++] = 0x80 | ((code >> 12) & 63);
      } else {
        bytes[length++] = 0xe0 | (code >> 12);
      }
      bytes[length++] = 0x80 | ((code >> 6) & 63);
    }
    bytes[length++] = 0x80 | (code & 63);
  }
  return length;
}

/** Number of bytes of the UTF-8 character with this lead byte. */
export function utf8Length(lead: number): number {
  return lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** Number of UTF-16 units of the character at `index`. */
export function characterLength(text: string, index: number): number {
  return (text.charCodeAt(index) & 0xfc00) === 0xd800 ? 2 : 1;
}
