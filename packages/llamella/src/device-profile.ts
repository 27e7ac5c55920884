import {
  cpuExactProfile,
  cpuProfile,
  type Profile,
  webgpuExactProfile,
  webgpuProfile,
} from '@llamella/graph';
import type { Device } from '@llamella/runtime-node';

/** Where to run: `auto` takes the CPU, where every model that fits into memory runs. */
export type DeviceChoice = 'auto' | Device;

interface ProfilePair {
  readonly fast: Profile;
  readonly exact: Profile;
}

const cpu: ProfilePair = { fast: cpuProfile, exact: cpuExactProfile };
const webgpu: ProfilePair = { fast: webgpuProfile, exact: webgpuExactProfile };

const profiles: Record<Device, ProfilePair> = { cpu, webgpu, cuda: cpu, dml: webgpu, coreml: cpu };

/** The device that a choice means. */
export function chooseDevice(choice: DeviceChoice = 'auto'): Device {
  return choice === 'auto' ? 'cpu' : choice;
}

/** The graph profile for a device; an unknown name gets the CPU's, and its error from the runtime. */
export function profileFor(device: Device, exact: boolean): Profile {
  const pair = profiles[device] ?? cpu;
  return exact ? pair.exact : pair.fast;
}
