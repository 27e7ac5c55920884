export { createKvCache } from './create-kv-cache.ts';
export type { KvCacheOptions } from './kv-cache-options.ts';
