import { InvalidArgumentError, LlamellaError, UnsupportedError } from '@llamella/spec';
import { cStrings } from './native/c-strings.ts';
import { keepAlive } from './native/keep-alive.ts';
import { type Handle, type OrtApi, ortApi } from './native/ort-api.ts';

/** Where a model can run. */
export type Device = 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';

interface DeviceEntry {
  /** Name in the list of providers that the library contains; absent while this package cannot use the device. */
  readonly provider?: string;
  /** Name under which the provider is appended to a session; the CPU needs none. */
  readonly appendAs?: string;
  /** Name of the memory in which keys and values live; absent for the computer's own. */
  readonly memory?: string;
  readonly options?: Readonly<Record<string, string>>;
  /** What the runtime says when the provider is there and a driver or processor for it is not. */
  readonly absence?: RegExp;
  readonly advice: string;
}

const devices: Readonly<Record<Device, DeviceEntry>> = {
  cpu: { provider: 'CPUExecutionProvider', advice: 'it needs no driver' },
  webgpu: {
    provider: 'WebGpuExecutionProvider',
    appendAs: 'WebGPU',
    memory: 'WebGPU_Buf',
    options: { validationMode: 'disabled' },
    absence: /WebGPU adapter/,
    advice: 'it needs a GPU with a driver for Vulkan (and libvulkan.so.1 on Linux), Direct3D 12 or Metal',
  },
  cuda: {
    advice: 'its attention operator wants float16, and graphs are float32; an NVIDIA GPU runs them as webgpu',
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
  return deviceNames().filter((device) => available.includes(devices[device].provider ?? ''));
}

/** Name of the memory that a device keeps its tensors in, or `undefined` for the computer's own. */
export function deviceMemory(device: Device): string | undefined {
  return devices[device].memory;
}

/**
 * Puts the device's execution provider first in a session's list; the CPU takes what it leaves.
 *
 * @param options further options of the provider, passed on as they are
 * @throws {InvalidArgumentError} when there is no device of this name, or the device takes no options
 * @throws {UnsupportedError} when the installed library lacks the provider, or the machine a driver for it
 * @throws {LlamellaError} `backend` when the provider refuses its options
 */
export function appendProvider(
  api: OrtApi,
  sessionOptions: Handle,
  device: Device,
  options: Readonly<Record<string, string>> = {},
): void {
  checkDevice(device);
  const { appendAs, absence, ...entry } = devices[device];
  const pairs = Object.entries({ ...entry.options, ...options });
  if (appendAs === undefined) {
    if (pairs.length === 0) return;
    throw new InvalidArgumentError('providerOptions', `device ${device} has no options`);
  }
  const keys = cStrings(pairs.map(([key]) => key));
  const values = cStrings(pairs.map(([, value]) => value));
  const name = 'SessionOptionsAppendExecutionProvider';
  try {
    api.check(name, sessionOptions, appendAs, keys.addresses, values.addresses, pairs.length);
  } catch (cause) {
    if (LlamellaError.isInstance(cause) && absence?.test(cause.message)) throw notHere(device, cause);
    throw cause;
  }
  keepAlive(keys, values);
}

/** @throws {InvalidArgumentError} for a name that is no device; {UnsupportedError} when the library lacks it */
export function checkDevice(device: Device): void {
  if (!Object.hasOwn(devices, device)) {
    throw new InvalidArgumentError(
      'device',
      `${JSON.stringify(device)} is none of ${deviceNames().join(', ')}`,
    );
  }
  if (!listDevices().includes(device)) throw notHere(device);
}

function notHere(device: Device, cause?: unknown): UnsupportedError {
  return new UnsupportedError(
    `device ${device}`,
    `${devices[device].advice}. The installed ONNX Runtime has: ${listDevices().join(', ')}`,
    { cause },
  );
}

function deviceNames(): Device[] {
  return Object.keys(devices) as Device[];
}
