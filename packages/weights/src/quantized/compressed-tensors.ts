import { UnsupportedError } from '@llamella/spec';
import { readSchemes, type Scheme, type Schemes } from './compressed-tensors-schemes.ts';
import { LayerTensors } from './layer-tensors.ts';
import { activationNote, cacheNote } from './notes.ts';
import { openFloat4 } from './open-float4.ts';
import { openFloat8 } from './open-float8.ts';
import { openInt8 } from './open-int8.ts';
import { openPacked } from './open-packed.ts';
import type { QuantizedLayout, QuantizedLinear } from './quantized-layout.ts';
import type { Settings } from './settings.ts';

const formats = [
  'float-quantized',
  'int-quantized',
  'naive-quantized',
  'pack-quantized',
  'nvfp4-pack-quantized',
  'mxfp4-pack-quantized',
];

const activationScales = [
  'input_scale',
  'input_zero_point',
  'input_global_scale',
  'output_scale',
  'output_zero_point',
];
const cacheScale =
  /\.([kvq]_(scale|zero_point|global_scale)|(input|output)_(scale|zero_point|global_scale))$/;

/**
 * compressed-tensors, the format of LLM Compressor: every layer follows the group of `config_groups` whose `targets` match
 * it, unless `ignore` does.
 */
export function compressedTensorsLayout(settings: Settings): QuantizedLayout {
  for (const key of ['sparsity_config', 'transform_config']) {
    const part = settings.object(key);
    const idle = part === undefined || part.keys.length === 0 || part.text('format') === 'dense';
    if (!idle) {
      throw new UnsupportedError(
        `${settings.file}: compressed-tensors with a ${key}`,
        'use a model that is quantized without',
      );
    }
  }
  const schemes: Schemes = readSchemes(settings);
  const title = `compressed-tensors ${settings.text('format') ?? ''}`.trimEnd();
  return {
    method: title,
    notes: [
      ...(schemes.quantizesActivations ? [activationNote] : []),
      ...(settings.has('kv_cache_scheme') ? [cacheNote] : []),
    ],
    async open(module, stored, signal) {
      const layer = new LayerTensors(module, stored, title, settings.model);
      const packed = layer.has('weight_packed');
      if (!packed && (layer.isPlain || !layer.has('weight'))) return undefined;
      const scheme = schemes.find(module);
      if (scheme === undefined || scheme.format === 'dense') {
        throw layer.error(
          { name: `${module}.${packed ? 'weight_packed' : 'weight'}` },
          'is quantized, and the configuration has no group of layers for it, or excludes it',
        );
      }
      const result = await openScheme(layer, scheme, settings.file, signal);
      // Older versions store the zeros of symmetric layers.
      layer.skip(...activationScales, 'weight_zero_point');
      return result;
    },
    leavesOut: (name) => cacheScale.test(name),
  };
}

async function openScheme(
  layer: LayerTensors,
  scheme: Scheme,
  file: string,
  signal?: AbortSignal,
): Promise<QuantizedLinear> {
  const { bits, block } = scheme;
  const format = scheme.format ?? inferFormat(layer, scheme);
  const weight = 'weight_packed';
  switch (formats.includes(format) ? `${format} ${scheme.isFloat ? 'float' : 'int'}${bits}` : '') {
    case 'float-quantized float8':
    case 'naive-quantized float8':
      return openFloat8(layer, 'weight_scale', block);
    case 'int-quantized int8':
    case 'naive-quantized int8':
    case 'naive-quantized int4':
    case 'int-quantized int4':
      return openInt8(layer, scheme.symmetric, block);
    case 'pack-quantized int2':
    case 'pack-quantized int4':
    case 'pack-quantized int8':
      return openPacked(layer, scheme, signal);
    case 'nvfp4-pack-quantized float4':
      return openFloat4(layer, {
        ...{ weight, scaleTypes: ['F8_E4M3'], globalScale: 'weight_global_scale' },
        ...{ divides: true, group: block?.[1] ?? 16 },
      });
    case 'mxfp4-pack-quantized float4':
      return openFloat4(layer, { weight, scaleTypes: ['U8', 'F8_E8M0'], group: block?.[1] ?? 32 });
    default:
      throw new UnsupportedError(
        `${file}: compressed-tensors ${format} with weights of ${bits} bits, ${scheme.isFloat ? 'float' : 'int'}`,
        `use ${formats.join(', ')} with 4 or 8 bits`,
      );
  }
}

/** The format of a file that does not name it, as the library chooses it. */
function inferFormat(layer: LayerTensors, { isFloat, bits, block }: Scheme): string {
  if (!layer.has('weight_packed')) return 'naive-quantized';
  if (!isFloat) return 'pack-quantized';
  return bits === 4 && block?.[1] === 32 ? 'mxfp4-pack-quantized' : 'nvfp4-pack-quantized';
}
