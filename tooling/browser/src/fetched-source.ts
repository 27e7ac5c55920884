import type { ByteSource } from '@llamella/spec';

/** Reads ranges of a file that the page's server has. */
export async function fetchedSource(address: string): Promise<ByteSource> {
  const head = await fetch(address, { method: 'HEAD' });
  return {
    name: address,
    size: Number(head.headers.get('Content-Length')),
    async read(offset, length) {
      if (length === 0) return new Uint8Array(0);
      const response = await fetch(address, { headers: { Range: `bytes=${offset}-${offset + length - 1}` } });
      if (response.status !== 206) throw new Error(`${address}: ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}
