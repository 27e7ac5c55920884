/** `GPUBufferUsage`: MAP_READ and COPY_DST; `GPUMapMode.READ`. */
const READABLE = 0x01 | 0x08;
const MAP_READ = 1;

/** Reads from buffers of the GPU. Not to be entered twice at once. */
export class GpuReader {
  readonly #device: GPUDevice;
  readonly #kept: GPUBuffer;

  /** @param keptBytes size of the reads that are frequent */
  constructor(device: GPUDevice, keptBytes: number) {
    this.#device = device;
    this.#kept = device.createBuffer({ size: keptBytes, usage: READABLE });
  }

  /** @param byteLength a multiple of 4 */
  async read(from: GPUBuffer, byteLength: number): Promise<ArrayBuffer> {
    const isKept = byteLength <= this.#kept.size;
    const buffer = isKept ? this.#kept : this.#device.createBuffer({ size: byteLength, usage: READABLE });
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(from, 0, buffer, 0, byteLength);
    this.#device.queue.submit([encoder.finish()]);
    await buffer.mapAsync(MAP_READ, 0, byteLength);
    const bytes = buffer.getMappedRange(0, byteLength).slice(0);
    buffer.unmap();
    if (!isKept) buffer.destroy();
    return bytes;
  }
}
