import { InvalidArgumentError, UnsupportedError } from '@llamella/spec';
import { cStrings } from './native/c-strings.ts';
import { type Handle, type OrtApi, ortApi } from './native/ort-api.ts';

/** Where a model can run. */
export type Device = 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';

interface DeviceEntry {
  /** Name in the list of available providers. */
  readonly provider: string;
  /** Name under which the provider is appended to a session; the CPU needs none. */
  readonly appendAs?: string;
  /** Name of the memory in which keys and values live; absent for the computer's own. */
  readonly memory?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly advice: string;
}

const devices: Record<Device, DeviceEntry> = {
  cpu: { provider: 'CPUExecutionProvider', advice: '' },
  webgpu: {
    provider: 'WebGpuExecutionProvider',
    appendAs: 'WebGPU',
    memory: 'WebGPU_Buf',
    options: { validationMode: 'disabled' },
    advice: 'it needs a driver for Vulkan, Direct3D 12 or Metal',
  },
  cuda: {
    provider: 'CUDAExecutionProvider',
    appendAs: 'CUDA',
    memory: 'Cuda',
    advice: 'it needs Linux or Windows with an NVIDIA GPU and the CUDA build of ONNX Runtime',
  },
  dml: {
    provider: 'DmlExecutionProvider',
    appendAs: 'DML',
    memory: 'DML',
    advice: 'it needs Windows with a Direct3D 12 GPU',
  },
  coreml: { provider: 'CoreMLExecutionProvider', appendAs: 'CoreML', advice: 'it needs macOS' },
};

/** Devices whose execution provider is part of the installed library. A driver may still be missing. */
export function listDevices(): Device[] {
  const available = ortApi().availableProviders();
  return deviceNames().filter((device) => available.includes(devices[device].provider));
}

/** Name of the memory that a device keeps its tensors in, or `undefined` for the computer's own. */
export function deviceMemory(device: Device): string | undefined {
  return devices[device].memory;
}

/**
 * Puts the device's execution provider first in a session's list; the CPU takes what it leaves.
 *
 * @param options further options of the provider, passed on as they are
 * @throws {UnsupportedError} when the installed library does not contain the provider
 */
export function appendProvider(
  api: OrtApi,
  sessionOptions: Handle,
  device: Device,
  options: Readonly<Record<string, string>> = {},
): void {
  const entry = devices[device];
  if (entry === undefined) {
    throw new InvalidArgumentError(
      'device',
      `${JSON.stringify(device)} is none of ${deviceNames().join(', ')}`,
    );
  }
  if (!api.availableProviders().includes(entry.provider)) {
    throw new UnsupportedError(
      `device ${device}`,
      `${entry.advice}; here there are: ${listDevices().join(', ')}`,
    );
  }
  if (entry.appendAs === undefined) return;
  const pairs = Object.entries({ ...entry.options, ...options });
  const keys = cStrings(pairs.map(([key]) => key));
  const values = cStrings(pairs.map(([, value]) => value));
  api.check(
    'SessionOptionsAppendExecutionProvider',
    sessionOptions,
    entry.appendAs,
    keys.addresses,
    values.addresses,
    pairs.length,
  );
}

function deviceNames(): Device[] {
  return Object.keys(devices) as Device[];
}
