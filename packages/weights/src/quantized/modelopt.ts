import { UnsupportedError } from '@llamella/spec';
import type { StoredTensor } from '../safetensors/stored-tensor.ts';
import { checkPlain } from './check-plain.ts';
import { floatTypes, LayerTensors } from './layer-tensors.ts';
import { activationNote, cacheNote } from './notes.ts';
import { openFloat4 } from './open-float4.ts';
import { openFloat8 } from './open-float8.ts';
import { openInt4 } from './open-int4.ts';
import { openInt8 } from './open-int8.ts';
import type { QuantizedLayout, QuantizedLinear } from './quantized-layout.ts';
import type { Settings } from './settings.ts';

type Open = (layer: LayerTensors, group: number | undefined) => QuantizedLinear;

const fp8: Open = (layer) => openFloat8(layer, 'weight_scale');
const int8: Open = (layer) => openInt8(layer, true);
const nvfp4: Open = (layer, group) =>
  openFloat4(layer, { weight: 'weight', scaleTypes: ['F8_E4M3'], globalScale: 'weight_scale_2', group });

/** How the layers of each `quant_algo` of ModelOpt are stored. */
const algorithms: Readonly<Record<string, Open>> = {
  FP8: fp8,
  FP8_PER_CHANNEL_PER_TOKEN: fp8,
  FP8_PB_WO: fp8,
  FP8_BLOCK_SCALES: fp8,
  W4A16_AWQ: openInt4,
  W4A8_AWQ: openInt4,
  W8A16: int8,
  W8A8_SQ_PER_CHANNEL: int8,
  NVFP4: nvfp4,
  W4A16_NVFP4: nvfp4,
  NVFP4_AWQ: nvfp4,
  W4A8_NVFP4_FP8: nvfp4,
};

const cacheScale = /\.(([kvq]|kv|output|input|prob_output)_scale|[kv]_bias)$/;

interface Algorithm {
  readonly name: string;
  readonly group: number | undefined;
  readonly open: Open;
}

/**
 * NVIDIA ModelOpt's unified export: hf_quant_config.json, nested under `quantization` or flat, or the same keys in config.json.
 * `quant_algo` says how layers are stored, with `MIXED_PRECISION` for each layer of `quantized_layers`.
 */
export function modeloptLayout(settings: Settings): QuantizedLayout {
  const own = settings.object('quantization') ?? settings;
  const title = own.text('quant_algo');
  const mixed = title === 'MIXED_PRECISION' ? mixedAlgorithms(own) : undefined;
  const single = title === undefined || mixed !== undefined ? undefined : readAlgorithm(own);
  const exceptions = [...own.texts('exclude_modules'), ...own.texts('ignore')];
  const method = `modelopt ${title ?? 'without quantized weights'}`;
  const quantizesCache = own.has('kv_cache_quant_algo') || own.has('kv_cache_scheme');
  return {
    method,
    notes: [...(title === undefined ? [] : [activationNote]), ...(quantizesCache ? [cacheNote] : [])],
    async open(module, stored) {
      const layer = new LayerTensors(module, stored, method, settings.model);
      if (!layer.has('weight') || layer.isPlain) return undefined;
      checkPlain(layer, module, exceptions, 'weight');
      const algorithm = mixed === undefined ? single : mixed.get(module);
      if (algorithm === undefined) {
        throw layer.error(
          { name: `${module}.weight` },
          `is quantized, and ${method} does not name the layer`,
        );
      }
      const result = algorithm.open(layer, algorithm.group);
      layer.skip('input_scale');
      return withPreQuantScale(layer, result);
    },
    leavesOut: (name) => cacheScale.test(name),
  };
}

function readAlgorithm(settings: Settings): Algorithm {
  const name = settings.text('quant_algo') ?? '';
  const open = Object.hasOwn(algorithms, name.toUpperCase()) ? algorithms[name.toUpperCase()] : undefined;
  if (open === undefined) {
    throw new UnsupportedError(
      `${settings.file}: modelopt ${name}`,
      `use one of ${Object.keys(algorithms).join(', ')}`,
    );
  }
  return { name, group: settings.integer('group_size', 1), open };
}

function mixedAlgorithms(settings: Settings): ReadonlyMap<string, Algorithm> {
  const layers = settings.object('quantized_layers');
  if (layers === undefined)
    throw settings.invalid('quantized_layers', 'is missing, which MIXED_PRECISION needs');
  return new Map(layers.keys.map((module) => [module, readAlgorithm(layers.object(module)!)]));
}

function withPreQuantScale(layer: LayerTensors, result: QuantizedLinear): QuantizedLinear {
  if (!layer.has('pre_quant_scale')) return result;
  const scale: StoredTensor = layer.get('pre_quant_scale', floatTypes);
  const inputs = result.info.shape[1]!;
  layer.checkShape(scale, [inputs], [1, inputs]);
  return { ...result, readPreQuantScale: (signal) => layer.readFloats(scale, signal) };
}
