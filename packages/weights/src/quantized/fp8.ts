import { UnsupportedError } from '@llamella/spec';
import { checkPlain } from './check-plain.ts';
import { LayerTensors } from './layer-tensors.ts';
import { activationNote } from './notes.ts';
import { openFloat8 } from './open-float8.ts';
import type { QuantizedLayout } from './quantized-layout.ts';
import type { Settings } from './settings.ts';

/**
 * FP8 of `quant_method` `fp8` and `fbgemm_fp8`: blocks with `weight_scale_inv`, as DeepSeek and transformers store them, or
 * one `weight_scale` for a layer or for each output. Despite its name `weight_scale_inv` is what weights are multiplied with.
 */
export function fp8Layout(settings: Settings, method: 'fp8' | 'fbgemm_fp8'): QuantizedLayout {
  const format = settings.text('fmt') ?? 'e4m3';
  if (format !== 'e4m3' && format !== 'e5m2') {
    throw new UnsupportedError(
      `${settings.file}: fp8 in the format ${format}`,
      'use a model in e4m3 or e5m2',
    );
  }
  const block = settings.block('weight_block_size');
  const exceptions = [...settings.texts('modules_to_not_convert'), ...settings.texts('ignored_layers')];
  const title = block === undefined ? method : `${method}, blocks of [${block}]`;
  return {
    method: title,
    notes: [activationNote],
    async open(module, stored) {
      const layer = new LayerTensors(module, stored, title, settings.model);
      if (!layer.has('weight') || layer.isPlain) return undefined;
      checkPlain(layer, module, exceptions, 'weight');
      layer.skip('input_scale', 'activation_scale', 'input_scale_ub');
      return openFloat8(layer, layer.has('weight_scale_inv') ? 'weight_scale_inv' : 'weight_scale', block);
    },
    leavesOut: (name) =>
      /\.([kvq]_scale|kv_scale|output_scale|input_scale|activation_scale|input_scale_ub)$/.test(name),
  };
}
