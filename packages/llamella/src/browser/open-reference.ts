import type { PulledModel, PullOptions } from '@llamella/hub';
import { blobSource, openStored } from '@llamella/hub/browser';
import type { ByteSource, OnProgress } from '@llamella/spec';
import type { OpenedModel } from '../opened-model.ts';
import { downloadUnkept } from './download-unkept.ts';
import { hasStorage } from './has-storage.ts';
import type { SentReference } from './messages.ts';
import { type FileOpeners, namedFiles } from './named-files.ts';
import { openNamedModel } from './open-named-model.ts';
import { hubReference, modelHub } from './stored-models.ts';

/** A model that is open, and what names its content where it is kept. */
export interface FoundModel {
  readonly opened: OpenedModel;
  /** The reference under which it is kept; absent for files that are read where they are. */
  readonly reference?: string;
  /** Reference and revision. */
  readonly content?: string;
}

/** Opens the model that a reference means, after its download if need be. @throws what `loadBrowserModel` throws */
export async function openReference(
  reference: SentReference,
  options: { readonly signal: AbortSignal; readonly onProgress: OnProgress },
): Promise<FoundModel> {
  const { signal } = options;
  if ('files' in reference) {
    const sources = reference.files.map(
      ({ name, file }) => [name, async () => blobSource(file, name)] as const,
    );
    return { opened: await open(new Map(sources), signal) };
  }
  if (!(await hasStorage())) {
    return { opened: await open(await downloadUnkept(reference.text, options), signal) };
  }
  const name = hubReference(reference.text);
  const pulled = (await findIntact(name, options)) ?? (await modelHub().pull(name, options));
  return {
    opened: await open(storedFiles(pulled), signal),
    reference: pulled.reference,
    content: `${pulled.reference} ${pulled.revision}`,
  };
}

/** Comparing larger models with their hashes would take longer than loading what was packed from them. */
const MOST_VERIFIED = 256 * 2 ** 20;

/** A model that is kept, without files that are damaged: those are removed, and downloaded again by `pull`. */
async function findIntact(name: string, options: PullOptions): Promise<PulledModel | undefined> {
  const found = await modelHub().find(name);
  if (found === undefined || found.bytes > MOST_VERIFIED) return found;
  const { damaged } = await modelHub().verify(name, options);
  return damaged.length === 0 ? found : undefined;
}

function open(files: FileOpeners, signal: AbortSignal): Promise<OpenedModel> {
  return openNamedModel([...files.keys()], namedFiles('', files), signal);
}

/** Files by their names in the folder that the model is. */
function storedFiles({ path, files, format }: PulledModel): FileOpeners {
  const isFolder = format !== undefined && format !== 'gguf';
  const folder = isFolder ? `${path}/` : path.slice(0, path.lastIndexOf('/') + 1);
  return new Map(
    files.map(({ path: place }) => {
      const name = place.startsWith(folder) ? place.slice(folder.length) : place;
      return [name, async () => renamed(await openStored(place), name)] as const;
    }),
  );
}

/** Its place in the file system of the browser says nothing to people. */
function renamed(source: ByteSource, name: string): ByteSource {
  return { ...source, name };
}
