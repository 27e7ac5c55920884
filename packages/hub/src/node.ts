export { createNodeHub, type NodeHubOptions } from './node/create-node-hub.ts';
export { createDiskStorage } from './node/disk-storage.ts';
export { type HubSettings, hubSettings } from './node/hub-settings.ts';
export { createProxyFetch } from './node/proxy-fetch.ts';
