import { blobSource } from '@llamella/hub/browser';
import { byteLengths, weightsFiles } from '@llamella/model-smollm2-135m-instruct';
import { LlamellaError, type OnProgress, UnsupportedError } from '@llamella/spec';
import type { FileOpeners } from './named-files.ts';

/**
 * Downloads one file, or those of the embedded model, without keeping them: the browser holds them until the page is closed.
 *
 * @throws {UnsupportedError} for references that only a page with a file system can follow
 * @throws {LlamellaError} `network` or `not-found`
 */
export async function downloadUnkept(
  text: string | undefined,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: OnProgress },
): Promise<FileOpeners> {
  if (text !== undefined && !/^https?:/i.test(text)) {
    const advice =
      'give the URL of a GGUF file or choose files, or open the page in a window that is not private';
    throw new UnsupportedError(`${text} in a browser without a file system (OPFS)`, advice);
  }
  const addresses = text === undefined ? weightsFiles.map(({ href }) => href) : [text];
  const files = new Map<string, FileOpeners extends ReadonlyMap<string, infer Open> ? Open : never>();
  const known = text === undefined ? byteLengths.reduce((sum, bytes) => sum + bytes, 0) : 0;
  let before = 0;
  for (const [index, address] of addresses.entries()) {
    const parts = addresses.map((_, part) => String(part + 1).padStart(5, '0'));
    const usual = new URL(address).pathname.split('/').at(-1) || 'model.gguf';
    const name = addresses.length === 1 ? usual : `model-${parts[index]}-of-${parts.at(-1)}.gguf`;
    const blob = await download(address, signal, (fileLoaded, fileTotal) => {
      const [loaded, total] = [before + fileLoaded, Math.max(known, before + fileTotal)];
      const report = { phase: 'download', loaded, total, file: name, fileLoaded, fileTotal };
      onProgress(report);
    });
    before += blob.size;
    files.set(name, async () => blobSource(blob, name));
  }
  return files;
}

async function download(
  address: string,
  signal: AbortSignal,
  onBytes: (loaded: number, total: number) => void,
): Promise<Blob> {
  const response = await fetch(address, { signal }).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new LlamellaError('network', `${address}: could not be downloaded: ${String(cause)}`, { cause });
  });
  if (!response.ok || response.body === null) {
    const code = response.status === 404 ? 'not-found' : 'network';
    throw new LlamellaError(code, `${address}: the server answered ${response.status}`);
  }
  const total = Number(response.headers.get('content-length') ?? 0);
  let loaded = 0;
  const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(bytes, controller) {
      loaded += bytes.byteLength;
      onBytes(loaded, Math.max(total, loaded));
      controller.enqueue(bytes);
    },
  });
  return new Response(response.body.pipeThrough(counter)).blob();
}
