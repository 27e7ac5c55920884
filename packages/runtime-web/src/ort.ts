import { LlamellaError } from '@llamella/spec';
import { elementTypes, type OrtModule, tensorLocations } from './ort-module.ts';

const POINTER_BYTES = 4;

/** The module's functions with errors thrown and memory handled. Addresses are bytes of the module's heap. */
export class Ort {
  readonly module: OrtModule;

  constructor(module: OrtModule) {
    this.module = module;
  }

  /** The heap as it is now; a view that a growth of the heap leaves behind. */
  heap(): Uint8Array {
    // Another thread may have grown the heap: this lets the module notice.
    this.module.getValue(0, 'i8');
    return this.module.HEAPU8;
  }

  /** @throws {LlamellaError} `backend` with what ONNX Runtime said last */
  fail(what: string): never {
    const place = this.allocate(2 * POINTER_BYTES);
    this.module._OrtGetLastError(place, place + POINTER_BYTES);
    const message = this.module.getValue(place + POINTER_BYTES, '*');
    const text = message === 0 ? 'no reason given' : this.module.UTF8ToString(message);
    this.module._free(place);
    throw new LlamellaError('backend', `${what}: ${text}`);
  }

  /** @throws {LlamellaError} `backend` unless the status is 0 */
  check(what: string, status: number): void {
    if (status !== 0) this.fail(what);
  }

  /** @returns the handle @throws {LlamellaError} `backend` when it is 0 */
  made(what: string, handle: number): number {
    return handle === 0 ? this.fail(what) : handle;
  }

  /** @throws {LlamellaError} `backend` when there is no memory */
  allocate(byteLength: number): number {
    const address = this.module._malloc(Math.max(byteLength, 1)) >>> 0;
    if (address === 0)
      throw new LlamellaError('backend', `WebAssembly has no memory for ${byteLength} bytes`);
    return address;
  }

  /** Copies bytes into the heap. */
  put(bytes: ArrayBufferView): number {
    const address = this.allocate(bytes.byteLength);
    this.heap().set(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), address);
    return address;
  }

  /** A text, ended by a zero. */
  putText(text: string): number {
    const byteLength = this.module.lengthBytesUTF8(text) + 1;
    const address = this.allocate(byteLength);
    this.module.stringToUTF8(text, address, byteLength);
    return address;
  }

  /** A tensor over memory, which has to live as long. */
  tensor(
    type: keyof typeof elementTypes,
    memory: { readonly address: number; readonly byteLength: number },
    dimensions: readonly number[],
    location: keyof typeof tensorLocations = 'cpu',
  ): number {
    const shape = this.put(Uint32Array.from(dimensions));
    try {
      return this.made(
        'a tensor',
        this.module._OrtCreateTensor(
          elementTypes[type],
          memory.address,
          memory.byteLength,
          shape,
          dimensions.length,
          tensorLocations[location],
        ),
      );
    } finally {
      this.module._free(shape);
    }
  }

  /** The float32 values of a tensor in the heap, copied. */
  floats(tensor: number, length: number): Float32Array<ArrayBuffer> {
    const { module } = this;
    const place = this.allocate(4 * POINTER_BYTES);
    try {
      const [address, dimensions, rank] = [1, 2, 3].map((index) => place + index * POINTER_BYTES);
      this.check('the logits', module._OrtGetTensorData(tensor, place, address!, dimensions!, rank!));
      module._OrtFree(module.getValue(dimensions!, '*'));
      const start = module.getValue(address!, '*') >>> 0;
      const bytes = this.heap().subarray(start, start + length * Float32Array.BYTES_PER_ELEMENT);
      const result = new Float32Array(length);
      new Uint8Array(result.buffer).set(bytes);
      return result;
    } finally {
      module._free(place);
    }
  }
}
