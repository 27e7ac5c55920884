import { type TensorInfo, UnsupportedError } from '@llamella/spec';
import type { StoredTensors } from '../safetensors/stored-tensor.ts';
import { awqLayout } from './awq.ts';
import { compressedTensorsLayout } from './compressed-tensors.ts';
import { fp8Layout } from './fp8.ts';
import { gptqLayout } from './gptq.ts';
import { modeloptLayout } from './modelopt.ts';
import { Settings } from './settings.ts';

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
  /** What the method does beside storing weights and this package does not: sentences for people, often none. */
  readonly notes: readonly string[];
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
 * @param model what errors about tensors call the model. Default: `file`
 * @returns `undefined` when there is no quantization
 * @throws {UnsupportedError} for a method that cannot be read
 * @throws {InvalidFileError} when the configuration is not what its method says
 */
export function quantizedLayout(
  configuration: unknown,
  file: string,
  model = file,
): QuantizedLayout | undefined {
  if (configuration === undefined || configuration === null) return undefined;
  const settings = new Settings(configuration, file, model);
  const method = settings.text('quant_method') ?? guessMethod(settings);
  switch (method.toLowerCase()) {
    case 'modelopt':
    case 'modelopt_fp4':
    case 'modelopt_mixed':
      return modeloptLayout(settings);
    case 'fp8':
    case 'fbgemm_fp8':
      return fp8Layout(settings, method.toLowerCase() as 'fp8');
    case 'compressed-tensors':
    case 'compressed_tensors':
      return compressedTensorsLayout(settings);
    case 'awq':
      return awqLayout(settings);
    case 'gptq':
      return gptqLayout(settings);
    default:
      throw new UnsupportedError(
        `${file}: quantization by ${method === '' ? 'a method that is not named' : method.slice(0, 80)}`,
        'use a model that is quantized by modelopt, fp8, fbgemm_fp8, compressed-tensors, awq or gptq, one that is not, or GGUF',
      );
  }
}

/** The method of a file that does not name it, by the keys that only it has. */
function guessMethod(settings: Settings): string {
  if (settings.has('quantization') || settings.has('quant_algo')) return 'modelopt';
  if (settings.has('config_groups')) return 'compressed-tensors';
  if (settings.has('w_bit') || settings.has('q_group_size')) return 'awq';
  if (settings.has('bits') && (settings.has('desc_act') || settings.has('damp_percent'))) return 'gptq';
  return settings.has('load_in_4bit') || settings.has('load_in_8bit') ? 'bitsandbytes' : '';
}
