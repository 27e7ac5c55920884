import type { Checkpoint, PackRecipe } from '@llamella/spec';
import { packInitializer } from '@llamella/weights';

/**
 * Packs tensors and multiplies the pieces out again as ONNX Runtime's MatMulNBits does:
 * `(u - zeroPoint) * scale + minimum`. Written from the operator's description, without the package's code.
 */
export async function packAndUnpack(
  checkpoint: Checkpoint,
  options: Omit<PackRecipe, 'kind' | 'bits'> & { readonly bits: 4 | 8 },
  outputs: number,
  inputs: number,
  scaleLength = 32,
  withMinimums = options.grid !== 'fine',
): Promise<Float64Array> {
  const blocks = inputs / scaleLength;
  const bits = options.bits;
  const pack = async (kind: PackRecipe['kind'], length: number) => {
    const bytes = new Uint8Array(length).fill(0xaa);
    await packInitializer({ kind, ...options }, checkpoint, bytes);
    return bytes;
  };
  const quantized = await pack('quantized', (outputs * inputs * bits) / 8);
  const scales = new Float32Array((await pack('scales', outputs * blocks * 4)).buffer);
  const zeroRow = Math.ceil((blocks * bits) / 8);
  const zeroPoints = await pack('zero-points', outputs * zeroRow);
  const minimums = withMinimums
    ? new Float32Array((await pack('block-minimums', outputs * blocks * 4)).buffer)
    : undefined;
  const field = (bytes: Uint8Array, index: number) =>
    bits === 8 ? bytes[index]! : (bytes[index >> 1]! >> (4 * (index & 1))) & 15;
  const values = new Float64Array(outputs * inputs);
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) {
      const block = Math.floor(input / scaleLength);
      const u = field(quantized, output * inputs + input);
      const zeroPoint = field(zeroPoints.subarray(output * zeroRow, (output + 1) * zeroRow), block);
      const minimum = minimums === undefined ? 0 : minimums[block * outputs + output]!;
      values[output * inputs + input] = (u - zeroPoint) * scales[output * blocks + block]! + minimum;
    }
  }
  return values;
}
