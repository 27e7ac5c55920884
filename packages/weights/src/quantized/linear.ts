import type { TensorInfo, TensorType } from '@llamella/spec';
import type { LayerTensors } from './layer-tensors.ts';
import type { QuantizedLinear } from './quantized-layout.ts';

/** A layer in canonical terms, and how its parts are read. */
export interface LinearParts {
  readonly type: TensorType;
  readonly shape: readonly [outputs: number, inputs: number];
  readonly scaleBlock: readonly [rows: number, columns: number];
  readonly inputOrder?: Uint32Array | undefined;
  /** `[outputs, inputs]`, those of 4 bits two to a byte, every row from a whole byte. */
  readonly elements: (signal?: AbortSignal) => Promise<Uint8Array>;
  readonly scales: (signal?: AbortSignal) => Promise<Float32Array>;
  readonly zeroPoints?: ((signal?: AbortSignal) => Promise<Uint8Array>) | undefined;
}

/** Joins the parts of a layer as `TensorInfo.scaleBlock` describes them. */
export function linear(layer: LayerTensors, parts: LinearParts): QuantizedLinear {
  const { type, shape, inputOrder } = parts;
  const [outputs, inputs] = shape;
  const rows = Math.min(parts.scaleBlock[0], outputs);
  const columns = Math.min(parts.scaleBlock[1], inputs);
  const narrow = type === 'U4' || type === 'F4_E2M1';
  const scalesAt = Math.ceil((outputs * (narrow ? Math.ceil(inputs / 2) : inputs)) / 4) * 4;
  const scaleCount = Math.ceil(outputs / rows) * Math.ceil(inputs / columns);
  const zeroPointsAt = scalesAt + 4 * scaleCount;
  const info: Omit<TensorInfo, 'name'> = {
    type,
    shape,
    byteLength: zeroPointsAt + (parts.zeroPoints === undefined ? 0 : scaleCount),
    scaleBlock: [rows, columns],
    ...(parts.zeroPoints !== undefined && { zeroPoints: true }),
    ...(inputOrder !== undefined && { inputOrder }),
  };
  return {
    used: layer.used,
    info,
    async read(signal) {
      // The small parts come first: what is wrong with them is found before the weights are read.
      const scales = await parts.scales(signal);
      const zeroPoints = await parts.zeroPoints?.(signal);
      const elements = await parts.elements(signal);
      const bytes = new Uint8Array(info.byteLength);
      bytes.set(elements);
      bytes.set(new Uint8Array(scales.buffer, scales.byteOffset, scales.byteLength), scalesAt);
      if (zeroPoints !== undefined) bytes.set(zeroPoints, zeroPointsAt);
      return bytes;
    },
  };
}
