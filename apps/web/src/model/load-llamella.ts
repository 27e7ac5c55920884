import type { Llamella } from './llamella.ts';

let loaded: Promise<Llamella> | undefined;

/** The library that runs models, fetched when it is first needed. */
export function loadLlamella(): Promise<Llamella> {
  loaded ??= (import('llamella') as unknown as Promise<Llamella>).catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}
