import { byteLengths, weightsFiles } from '@llamella/model-smollm2-135m-instruct';
import { LlamellaError, type OnProgress } from '@llamella/spec';
import { bytesFromBlob } from '@llamella/weights';
import type { OpenedModel } from '../opened-model.ts';
import type { SentReference } from './messages.ts';
import { type FileOpeners, namedFiles } from './named-files.ts';
import { openNamedModel } from './open-named-model.ts';

interface OpenOptions {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** Opens the model that a reference means. @throws what `loadBrowserModel` throws */
export async function openReference(reference: SentReference, options: OpenOptions): Promise<OpenedModel> {
  if ('files' in reference) {
    const openers = new Map(
      reference.files.map(({ name, file }) => [name, async () => bytesFromBlob(file, name)] as const),
    );
    return open(openers, options);
  }
  const addresses = reference.text === undefined ? weightsFiles.map(String) : [reference.text];
  const total = reference.text === undefined ? byteLengths.reduce((sum, each) => sum + each, 0) : undefined;
  const openers = new Map<string, FileOpeners extends ReadonlyMap<string, infer O> ? O : never>();
  let before = 0;
  for (const [index, address] of addresses.entries()) {
    const name =
      reference.text === undefined
        ? `SmolLM2-135M-Instruct.Q4_1-0000${index + 1}-of-00002.gguf`
        : (new URL(address).pathname.split('/').at(-1) ?? 'model');
    const blob = await download(address, before, total, name, options);
    before += blob.size;
    openers.set(name, async () => bytesFromBlob(blob, name));
  }
  return open(openers, options);
}

function open(openers: FileOpeners, { signal }: OpenOptions): Promise<OpenedModel> {
  return openNamedModel([...openers.keys()], namedFiles('', openers), signal);
}

async function download(
  address: string,
  before: number,
  whole: number | undefined,
  file: string,
  { signal, onProgress }: OpenOptions,
): Promise<Blob> {
  const response = await fetch(address, { signal }).catch((cause) => {
    signal.throwIfAborted();
    throw new LlamellaError('network', `${address}: could not be downloaded: ${String(cause)}`, { cause });
  });
  if (!response.ok || response.body === null) {
    throw new LlamellaError('network', `${address}: the server answered ${response.status}`);
  }
  const total = whole ?? Number(response.headers.get('content-length') ?? 0);
  let loaded = before;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(bytes, controller) {
        loaded += bytes.byteLength;
        onProgress({ phase: 'download', loaded, total: Math.max(total, loaded), file });
        controller.enqueue(bytes);
      },
    }),
  );
  return new Response(counted).blob();
}
