export {
  checkNodeBackendOptions,
  createNodeBackend,
  type NodeBackendOptions,
} from './create-node-backend.ts';
export { type Device, listDevices } from './device.ts';
export type { WeightsFile } from './weights-file.ts';
