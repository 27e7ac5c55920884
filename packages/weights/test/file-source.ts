import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ByteSource } from '@llamella/spec';

/** A file as a source, for tests that read large files. Counts what it is asked for. */
export function fileSource(path: string): ByteSource & { readonly bytesRead: number } {
  const file = openSync(path, 'r');
  let bytesRead = 0;
  return {
    name: path,
    size: fstatSync(file).size,
    get bytesRead() {
      return bytesRead;
    },
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      bytesRead += readSync(file, bytes, 0, length, offset);
      return bytes;
    },
    async close() {
      closeSync(file);
    },
  };
}

/** First file of the default model, as committed in the neighbouring package. */
export const modelPath = fileURLToPath(
  new URL(
    '../../model-smollm2-135m-instruct/weights/SmolLM2-135M-Instruct.Q4_1-00001-of-00002.gguf',
    import.meta.url,
  ),
);
