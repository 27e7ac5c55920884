import type { ByteSource } from '@llamella/spec';
import {
  bytesFromMemory,
  type SafetensorsTensor,
  type StoredDataType,
  safetensorsFiles,
} from '@llamella/weights';

/** A file of the format from a header, as object or text, and data. */
export function fileOf(header: unknown, dataLength = 0, headerLength?: number): Uint8Array {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + json.byteLength + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength ?? json.byteLength), true);
  bytes.set(json, 8);
  return bytes;
}

/** A tensor of the format's header. */
export function entry(dtype: string, shape: readonly unknown[], begin: number, end: number): unknown {
  return { dtype, shape, data_offsets: [begin, end] };
}

/** A tensor to be written. */
export function tensorOf(
  name: string,
  dataType: StoredDataType,
  shape: readonly number[],
  bytes: Uint8Array,
): SafetensorsTensor {
  return {
    name,
    dataType,
    shape,
    async *data() {
      yield bytes.subarray(0, 3);
      yield bytes.subarray(3);
    },
  };
}

/** Writes files into memory. */
export async function writeAll(
  ...args: Parameters<typeof safetensorsFiles>
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const file of safetensorsFiles(...args)) {
    const parts: Uint8Array[] = [];
    await file.write({ write: async (bytes) => void parts.push(bytes.slice()) });
    const bytes = new Uint8Array(Buffer.concat(parts));
    if (bytes.byteLength !== file.byteLength) throw new Error(`${file.name} has ${bytes.byteLength} bytes`);
    files.set(file.name, bytes);
  }
  return files;
}

export function sourcesOf(files: ReadonlyMap<string, Uint8Array>): Map<string, ByteSource> {
  return new Map([...files].map(([name, bytes]) => [name, bytesFromMemory(bytes, name)]));
}
