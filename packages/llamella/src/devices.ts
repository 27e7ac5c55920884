import { type Device, listDevices as listRuntimeDevices } from '@llamella/runtime-node';
import { disableTelemetry } from './disable-telemetry.ts';

/** Devices whose execution provider is part of the installed library. A driver may still be missing. */
export function listDevices(): Device[] {
  disableTelemetry();
  return listRuntimeDevices();
}
