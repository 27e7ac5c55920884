import type { StoredFile } from './platform.ts';

/** Says how far each range of a download has come, so that it can go on after the process was killed. */
export interface Journal {
  /** Bytes of every range but the last one. */
  readonly rangeBytes: number;
  /** Bytes present from the start of each range. */
  readonly present: number[];
  /** Notes progress of one range. Called after the bytes were written. */
  note(range: number, bytes: number): Promise<void>;
}

const magic = 0x4c4c_4a31; // LLJ1
const headerBytes = 24;
const slotBytes = 8;
const mostRanges = 2 ** 14;

/** Bytes of range `index` of a file of `size` bytes. */
export function lengthOfRange(index: number, size: number, rangeBytes: number): number {
  return Math.min(rangeBytes, size - index * rangeBytes);
}

/**
 * Opens the journal of a file of `size` bytes, little-endian: magic, size, bytes per range, then a number of bytes
 * for each range. One that is damaged, or of a file of another size, starts anew.
 *
 * @param preferredRangeBytes raised for files that would have more than 16,384 ranges; an existing journal keeps its own
 */
export async function openJournal(
  file: StoredFile,
  size: number,
  preferredRangeBytes: number,
): Promise<Journal> {
  const existing = await readJournal(file, size);
  const rangeBytes = existing?.rangeBytes ?? Math.max(preferredRangeBytes, Math.ceil(size / mostRanges));
  const present = existing?.present ?? new Array<number>(Math.ceil(size / rangeBytes)).fill(0);
  if (existing === undefined) {
    const bytes = new DataView(new ArrayBuffer(headerBytes + slotBytes * present.length));
    bytes.setBigUint64(0, BigInt(magic), true);
    bytes.setBigUint64(8, BigInt(size), true);
    bytes.setBigUint64(16, BigInt(rangeBytes), true);
    await file.truncate(0);
    await file.write(0, new Uint8Array(bytes.buffer));
  }
  return {
    rangeBytes,
    present,
    async note(range, bytes) {
      present[range] = bytes;
      const slot = new DataView(new ArrayBuffer(slotBytes));
      slot.setBigUint64(0, BigInt(bytes), true);
      await file.write(headerBytes + slotBytes * range, new Uint8Array(slot.buffer));
    },
  };
}

async function readJournal(
  file: StoredFile,
  size: number,
): Promise<{ rangeBytes: number; present: number[] } | undefined> {
  const header = new DataView(new ArrayBuffer(headerBytes));
  if ((await file.read(0, new Uint8Array(header.buffer))) !== headerBytes) return undefined;
  const number = (view: DataView, at: number) => Number(view.getBigUint64(at, true));
  const rangeBytes = number(header, 16);
  const count = Math.ceil(size / rangeBytes);
  const isOurs = number(header, 0) === magic && number(header, 8) === size;
  if (!isOurs || !(rangeBytes > 0) || !(count <= mostRanges)) return undefined;
  const slots = new DataView(new ArrayBuffer(slotBytes * count));
  if ((await file.read(headerBytes, new Uint8Array(slots.buffer))) !== slots.byteLength) return undefined;
  const present = Array.from({ length: count }, (_, i) => number(slots, i * slotBytes));
  const isSound = present.every((bytes, i) => bytes <= lengthOfRange(i, size, rangeBytes));
  return isSound ? { rangeBytes, present } : undefined;
}
