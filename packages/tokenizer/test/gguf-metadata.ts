import { closeSync, openSync, readSync } from 'node:fs';

/** More than the metadata of the models here. */
const mostBytes = 16 * 2 ** 20;

/** Byte sizes of GGUF's value types of fixed size, by type number. */
const sizes: Record<number, number> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };

/** Reads all metadata of a well-formed GGUF file. For tests: it checks nothing. */
export function readGgufMetadata(path: string | URL): Map<string, unknown> {
  const file = openSync(path, 'r');
  const bytes = Buffer.alloc(mostBytes);
  readSync(file, bytes, 0, mostBytes, 0);
  closeSync(file);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 8;
  const count = () => {
    at += 8;
    return Number(view.getBigUint64(at - 8, true));
  };
  const string = () => {
    const length = count();
    at += length;
    return bytes.toString('utf8', at - length, at);
  };
  const value = (type: number): unknown => {
    if (type === 8) return string();
    if (type === 9) {
      const element = view.getUint32(at, true);
      at += 4;
      return Array.from({ length: count() }, () => value(element));
    }
    const start = at;
    at += sizes[type]!;
    if (type === 4) return view.getUint32(start, true);
    if (type === 5) return view.getInt32(start, true);
    if (type === 6) return view.getFloat32(start, true);
    if (type === 7) return bytes[start] !== 0;
    if (type === 10) return view.getBigUint64(start, true);
    return bytes.subarray(start, at);
  };
  count();
  const metadata = new Map<string, unknown>();
  for (let left = count(); left > 0; left--) {
    const key = string();
    at += 4;
    metadata.set(key, value(view.getUint32(at - 4, true)));
  }
  return metadata;
}
