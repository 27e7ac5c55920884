export { blobSource } from './browser/blob-source.ts';
export { createBrowserFetch } from './browser/browser-fetch.ts';
export type { BrowserHub, ImportOptions, MakeRoomOptions } from './browser/browser-hub.ts';
export { type BrowserHubOptions, createBrowserHub } from './browser/create-browser-hub.ts';
export type { ImportedFile, PlacedFile } from './browser/imported-file.ts';
export { openStored } from './browser/open-stored.ts';
export { createOpfsStorage } from './browser/opfs-storage.ts';
export { type BrowserStorageEstimate, estimateStorage, persistStorage } from './browser/storage-estimate.ts';
export type { VerifiedFiles } from './browser/verify-stored.ts';
