import type { ModelConfig } from '@llamella/spec';
import type { ConfigReader } from './config-reader.ts';

type Layers = Pick<ModelConfig, 'slidingWindow' | 'slidingLayers' | 'rotaryLayers'>;

/** Which layers look back only so far, and which rotate their queries and keys; rules of each class in transformers. */
export function readLayers(config: ConfigReader, modelType: string, layerCount: number): Layers {
  const layers = Array.from({ length: layerCount }, (_, index) => index);
  const stated = readLayerTypes(config, layerCount);
  const rotary = modelType === 'smollm3' ? readRotaryLayers(config, layers) : undefined;
  const result = rotary === undefined || rotary.every(Boolean) ? {} : { rotaryLayers: rotary };

  const window = config.count('sliding_window');
  if (window === undefined) return result;
  const slide = (sliding: readonly boolean[]): Layers => {
    if (!sliding.includes(true)) return result;
    return {
      ...result,
      slidingWindow: window,
      ...(sliding.includes(false) ? { slidingLayers: sliding } : {}),
    };
  };
  switch (modelType) {
    case 'mistral':
      if (stated?.includes(false)) throw config.unsupported('layer_types');
      return slide(layers.map(() => true));
    case 'phi3':
      return slide(layers.map(() => true));
    case 'qwen2':
    case 'qwen3': {
      if (!config.flag('use_sliding_window')) return result;
      const first = config.value('max_window_layers') === 0 ? 0 : (config.count('max_window_layers') ?? 0);
      return slide(stated ?? layers.map((index) => index >= first));
    }
    case 'smollm3':
      if (!config.flag('use_sliding_window')) return result;
      return slide(stated ?? rotary!.map((rotates) => !rotates));
    case 'gemma2':
    case 'gemma3_text': {
      const period = config.requiredCount('sliding_window_pattern');
      return slide(stated ?? layers.map((index) => (index + 1) % period !== 0));
    }
    default:
      // Llama and Granite have no window in transformers, whatever the configuration says.
      return result;
  }
}

/** For each layer, whether `layer_types` says that it slides. */
function readLayerTypes(config: ConfigReader, layerCount: number): readonly boolean[] | undefined {
  return config.list('layer_types', layerCount)?.map((type) => {
    if (type === 'sliding_attention' || type === 'full_attention') return type === 'sliding_attention';
    throw config.unsupported('layer_types', 'use a model with full_attention and sliding_attention only');
  });
}

function readRotaryLayers(config: ConfigReader, layers: readonly number[]): readonly boolean[] {
  const stated = config.list('no_rope_layers', layers.length);
  if (stated === undefined) {
    const interval = config.requiredCount('no_rope_layer_interval');
    return layers.map((index) => (index + 1) % interval !== 0);
  }
  return stated.map((entry) => {
    if (entry === 0 || entry === 1 || typeof entry === 'boolean') return Boolean(entry);
    throw config.invalid('no_rope_layers', 'holds a value other than 0 and 1');
  });
}
