import { type Cipher, createCipheriv } from 'node:crypto';
import type { ShapedTensor } from './model-shape.ts';

/** ggml's number of a type, elements and bytes of a block. */
export const blockTypes = {
  F32: { typeNumber: 0, elements: 1, bytes: 4 },
  Q4_K: { typeNumber: 12, elements: 256, bytes: 144 },
  Q6_K: { typeNumber: 14, elements: 256, bytes: 210 },
} as const;

/** Half-precision scales with which random codes of either type have a standard deviation of about 0.02. */
const scales = { Q4_K: half(1.4e-4), Q6_K: half(7e-5) };
const minimumScale = half(7.5 * 1.4e-4);

/** A stream of random bytes that is the same on every machine: a cipher's key stream. */
export function randomBytes(): Cipher {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16));
}

/** Random weights of one type, `count` blocks: codes are uniform, scales such that activations stay small. */
export function randomBlocks(type: ShapedTensor['type'], count: number, random: Cipher): Buffer {
  const { bytes } = blockTypes[type];
  if (type === 'F32') return Buffer.from(new Float32Array(count).fill(1).buffer);
  const data = random.update(Buffer.alloc(count * bytes));
  for (let block = 0, at = 0; block < count; block++, at += bytes) {
    if (type === 'Q4_K') {
      data.writeUInt16LE(scales.Q4_K, at);
      data.writeUInt16LE(minimumScale, at + 2);
    } else {
      for (let scale = at + 192; scale < at + 208; scale++) data[scale] = (data[scale]! & 0x1f) - 16;
      data.writeUInt16LE(scales.Q6_K, at + 208);
    }
  }
  return data;
}

/** Bits of a small positive number in half precision. */
function half(value: number): number {
  const exponent = Math.floor(Math.log2(value));
  if (exponent < -14) return Math.round(value * 2 ** 24);
  return ((exponent + 15) << 10) + Math.round((value / 2 ** exponent - 1) * 1024);
}
