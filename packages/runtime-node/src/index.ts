export { type Device, listDevices } from './device.ts';
export { createNodeBackend, type NodeBackendOptions } from './node-backend.ts';
