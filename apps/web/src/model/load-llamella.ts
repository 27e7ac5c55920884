import { pageIsReady } from '../updates.ts';
import type { Llamella, ModelStore } from './llamella.ts';

let loaded: Promise<Llamella> | undefined;
let store: ModelStore | undefined;

/** The library that runs models, fetched when it is first needed. */
export function loadLlamella(): Promise<Llamella> {
  loaded ??= pageIsReady
    .then(() => import('llamella'))
    .catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
  return loaded;
}

/** The models that are kept in this browser. */
export async function openModelStore(): Promise<ModelStore> {
  const { createModelStore } = await loadLlamella();
  store ??= createModelStore();
  return store;
}
