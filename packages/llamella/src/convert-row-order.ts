import type { Checkpoint, TensorInfo } from '@llamella/spec';

/** For each row, which one of the stored rows it is; `undefined` where they stay. */
export function rowOrder(
  name: string,
  info: TensorInfo,
  { headCount, keyValueHeadCount, headSize }: Checkpoint['config'],
  interleaved: boolean,
): Uint32Array | undefined {
  const match = /\.attn_([qk])\.(?:weight|bias)$/.exec(name);
  if (match === null) return undefined;
  const heads = match[1] === 'q' ? headCount : keyValueHeadCount;
  if (info.shape[0] !== heads * headSize) return undefined;
  const half = headSize / 2;
  return Uint32Array.from({ length: heads * headSize }, (_, row) => {
    const at = row % headSize;
    const from = interleaved ? (at % 2) * half + (at >> 1) : 2 * (at % half) + Math.floor(at / half);
    return row - at + from;
  });
}

/** Stored rows in another order: whole rows move, whatever they consist of. */
export function moveRows(bytes: Uint8Array, order: Uint32Array): Uint8Array {
  const width = bytes.byteLength / order.length;
  const moved = new Uint8Array(bytes.byteLength);
  for (const [row, from] of order.entries()) {
    moved.set(bytes.subarray(from * width, (from + 1) * width), row * width);
  }
  return moved;
}
