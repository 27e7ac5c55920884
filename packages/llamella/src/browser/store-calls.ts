import type { CachedModel } from '@llamella/hub';
import { LlamellaError } from '@llamella/spec';
import type { StoredModel } from './model-store.ts';
import { createPackedStore } from './packed-store.ts';
import type { ServedCalls } from './serve-calls.ts';
import { hubReference, modelHub, publicReference } from './stored-models.ts';
import { throttleProgress } from './throttle-progress.ts';

/** What a worker does with the models that are kept. */
export const storeCalls: Pick<ServedCalls, 'list' | 'pull' | 'import' | 'remove'> = {
  async list(_, { signal }) {
    return { models: await listModels(signal) };
  },
  async pull(reference, { signal, tell }) {
    const onProgress = throttleProgress((progress) => void tell(progress));
    const pulled = await modelHub().pull(hubReference(reference), { signal, onProgress });
    return await storedModel(pulled.reference);
  },
  async import(files, { signal, tell }) {
    const onProgress = throttleProgress((progress) => void tell(progress));
    const given = files.map(({ name, file }) => ({ path: name, file }));
    const { reference } = await modelHub().importFiles(given, { signal, onProgress });
    // What was packed of the files that had this name before.
    await createPackedStore().removeOf(reference);
    return await storedModel(reference);
  },
  async remove(reference) {
    const known = hubReference(reference);
    await modelHub().remove(known);
    await createPackedStore().removeOf(known);
    return undefined;
  },
};

async function storedModel(reference: string): Promise<StoredModel> {
  const models = await listModels();
  const wanted = publicReference(reference);
  const found =
    models.find((model) => model.reference === wanted) ??
    models.find((model) => wanted.startsWith(model.reference));
  if (found !== undefined) return found;
  throw new LlamellaError('not-found', `${wanted}: it was removed meanwhile`);
}

async function listModels(signal?: AbortSignal): Promise<StoredModel[]> {
  const { models, partials } = await modelHub().list(signal && { signal });
  const packed = await createPackedStore().sizes();
  const whole = models.map((model) => describe(model, packed.get(model.reference) ?? 0));
  const begun = partials
    .filter(({ reference }) => !models.some((model) => model.reference === reference))
    .map(({ reference, bytes }) => ({
      reference: publicReference(reference),
      name: nameOf(reference, []),
      bytes,
      packedBytes: 0,
      lastUsed: 0,
      isComplete: false,
    }));
  return [...whole, ...begun].sort((a, b) => b.lastUsed - a.lastUsed);
}

function describe(model: CachedModel, packedBytes: number): StoredModel {
  const { reference, format, quantization, files, bytes, lastUsed, isComplete } = model;
  return {
    reference: publicReference(reference),
    name: nameOf(reference, files),
    ...(format !== undefined && { format }),
    ...(quantization !== undefined && { quantization }),
    bytes,
    packedBytes,
    lastUsed,
    isComplete,
  };
}

/** For people: the repository, the name of an import, or the file of a URL without its ending. */
function nameOf(reference: string, files: CachedModel['files']): string {
  const hub = /^hf:([^@:]+)/.exec(reference)?.[1];
  if (hub !== undefined) return hub;
  const own = /^file:(.+)$/s.exec(reference)?.[1];
  const file =
    own ?? files[0]?.path ?? decodeURIComponent(new URL(reference).pathname.split('/').at(-1) ?? '');
  return file.replace(/\.gguf$/i, '').replace(/-\d{5}-of-\d{5}$/, '') || reference;
}
