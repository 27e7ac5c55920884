import { type TensorInfo, UnsupportedError } from '@llamella/spec';
import type { StoredTensors } from '../safetensors/stored-tensor.ts';

/** A linear layer that is stored quantized, made one tensor. */
export interface QuantizedLinear {
  /**
   * Names of all stored tensors that belong to the layer and need not be read by anyone else, its bias not among them:
   * `<module>.weight`, `<module>.weight_scale`, `<module>.input_scale`, …
   */
  readonly used: readonly string[];
  /** What `read` gives; the shape is `[outputs, inputs]`. */
  readonly info: Omit<TensorInfo, 'name'>;
  /** Bytes of `info.byteLength` as `TensorInfo.scaleBlock` describes them, owned by the caller. */
  read(signal?: AbortSignal): Promise<Uint8Array>;
  /** Reads the scale per input that the activation is multiplied with, float32 `[inputs]`; absent where there is none. */
  readonly readPreQuantScale?: (signal?: AbortSignal) => Promise<Float32Array>;
}

/** How the linear layers of one quantization method are stored. */
export interface QuantizedLayout {
  /** Name for people and for errors, such as `modelopt FP8` or `gptq 4-bit, group 128`. */
  readonly method: string;
  /**
   * Opens one linear layer. Only what the description needs is read: the weights are read by `QuantizedLinear.read`.
   *
   * @param module its name in the files, such as `model.layers.0.self_attn.q_proj`; its weight is `<module>.weight` where
   *   it is not quantized
   * @returns `undefined` when the module is stored unquantized
   * @throws {InvalidFileError} when its tensors are not what the method says
   */
  open(module: string, stored: StoredTensors, signal?: AbortSignal): Promise<QuantizedLinear | undefined>;
  /** Whether a stored tensor that no layer used may be left out, such as a scale of the KV cache. */
  leavesOut(name: string): boolean;
}

/**
 * The layout that a model's configuration names.
 *
 * @param configuration the value of `quantization_config` in config.json, or the contents of `hf_quant_config.json`,
 *   `quantize_config.json` or `quant_config.json`; `undefined` or `null` for a model without
 * @param file what errors call the place that `configuration` was read from
 * @returns `undefined` when there is no quantization
 * @throws {UnsupportedError} for a method that cannot be read
 * @throws {InvalidFileError} when the configuration is not what its method says
 */
export function quantizedLayout(configuration: unknown, file: string): QuantizedLayout | undefined {
  if (configuration === undefined || configuration === null) return undefined;
  throw new UnsupportedError(
    `${file}: a quantized safetensors model`,
    'use the model without quantization, or as GGUF',
  );
}
