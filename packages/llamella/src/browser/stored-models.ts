import { type BrowserHub, createBrowserHub } from '@llamella/hub/browser';
import { createAssetFetch, EMBEDDED_URL } from './asset-fetch.ts';

/** Reference of the embedded model. */
const EMBEDDED = 'smollm2';

let hub: BrowserHub | undefined;

/** The models of this origin. */
export function modelHub(): BrowserHub {
  hub ??= createBrowserHub({ fetch: createAssetFetch() });
  return hub;
}

/** A reference as the hub knows it; nothing means the embedded model. */
export function hubReference(text: string | undefined): string {
  return text === undefined || text === EMBEDDED ? EMBEDDED_URL : text;
}

/** A reference of the hub as people know it. */
export function publicReference(reference: string): string {
  return reference === EMBEDDED_URL ? EMBEDDED : reference;
}
