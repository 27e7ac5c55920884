import type { ModelConfig } from '@llamella/spec';
import type { MetadataReader } from './metadata-reader.ts';

/** The parts of a configuration that only some architectures have. */
type Variations = Pick<
  ModelConfig,
  | 'contextLength'
  | 'rotaryLayers'
  | 'slidingWindow'
  | 'slidingLayers'
  | 'slidingRopeTheta'
  | 'attentionScale'
  | 'attentionSoftcap'
  | 'logitSoftcap'
  | 'embeddingScale'
  | 'residualScale'
  | 'logitScale'
  | 'activation'
>;

type Mutable<Type> = { -readonly [Key in keyof Type]?: Type[Key] | undefined };

/** What an architecture is read from. */
export interface VariationSource {
  readonly keys: MetadataReader;
  readonly architecture: string;
  readonly hiddenSize: number;
  readonly headCount: number;
  readonly layerCount: number;
  readonly contextLength: number;
}

/**
 * Sliding windows, softcaps and factors of one architecture. Keys, defaults and what follows from the number of layers
 * are those of llama.cpp's src/models/: gemma.cpp, gemma2.cpp, gemma3.cpp, granite.cpp, smollm3.cpp, mistral3.cpp.
 *
 * Where llama.cpp leaves a window out that a file states (llama, qwen2, phi3), it counts here, as in transformers.
 */
export function readVariations(source: VariationSource): Partial<Variations> {
  const { keys, architecture } = source;
  const key = (rest: string) => `${architecture}.${rest}`;
  const common: Mutable<Variations> = {
    slidingWindow: keys.positiveUnlessZero(key('attention.sliding_window')),
    attentionScale: keys.positiveUnlessZero(key('attention.scale')),
    attentionSoftcap: keys.positiveUnlessZero(key('attn_logit_softcapping')),
    logitSoftcap: keys.positiveUnlessZero(key('final_logit_softcapping')),
    embeddingScale: keys.positiveUnlessZero(key('embedding_scale')),
    residualScale: keys.positiveUnlessZero(key('residual_scale')),
  };
  return defined({ ...common, ...ownVariations(source, common) });
}

function ownVariations(source: VariationSource, common: Mutable<Variations>): Mutable<Variations> {
  const { keys, architecture, layerCount } = source;
  const key = (rest: string) => `${architecture}.${rest}`;
  switch (architecture) {
    case 'gemma':
      return gemma(source, common);
    case 'gemma2':
      return {
        ...gemma(source, common, 46),
        ...sliding(source, common.slidingWindow ?? 4096, 2),
        slidingRopeTheta: keys.positive(key('rope.freq_base_swa')),
        attentionSoftcap: softcap(source, 'attn_logit_softcapping', 50),
        logitSoftcap: softcap(source, 'final_logit_softcapping', 30),
      };
    case 'gemma3': {
      const { slidingWindow } = common;
      if (slidingWindow === undefined) return gemma(source, common, 62);
      const slidingRopeTheta = keys.positive(key('rope.freq_base_swa')) ?? 10_000;
      return { ...gemma(source, common, 62), ...sliding(source, slidingWindow, 6), slidingRopeTheta };
    }
    case 'granite': {
      const divisor = keys.positive(key('logit_scale'));
      if (divisor === undefined) throw keys.invalid(key('logit_scale'), 'is missing');
      const unrotated = keys.boolean(key('rope.scaling.finetuned')) === false;
      return {
        logitScale: 1 / divisor,
        ...(unrotated && { rotaryLayers: layers(layerCount, () => false) }),
      };
    }
    case 'mistral3': {
      // Ministral 3 scales queries by their position beyond the original context: it ends there.
      if (keys.positiveUnlessZero(key('attention.temperature_scale')) === undefined) return {};
      const original = keys.count(key('rope.scaling.original_context_length')) ?? source.contextLength;
      return { contextLength: Math.min(source.contextLength, original) };
    }
    case 'smollm3':
      return { rotaryLayers: layers(layerCount, (layer) => layer % 4 !== 3) };
    default:
      return {};
  }
}

/** The published models of 27B, known by their layers, scale scores by the hidden size per head. */
function gemma(
  source: VariationSource,
  common: Mutable<Variations>,
  layersOf27?: number,
): Mutable<Variations> {
  const { hiddenSize, headCount, layerCount } = source;
  const scale = layerCount === layersOf27 ? 1 / Math.sqrt(Math.floor(hiddenSize / headCount)) : undefined;
  return {
    activation: 'gelu-tanh',
    embeddingScale: Math.fround(Math.sqrt(hiddenSize)),
    attentionScale: common.attentionScale ?? scale,
  };
}

function softcap(
  { keys, architecture }: VariationSource,
  name: string,
  fallback: number,
): number | undefined {
  const key = `${architecture}.${name}`;
  return keys.has(key) ? keys.positiveUnlessZero(key) : fallback;
}

/** All layers but each `period`th have the window, unless the file says which. */
function sliding(
  { keys, architecture, layerCount }: VariationSource,
  slidingWindow: number,
  period: number,
): Mutable<Variations> {
  const key = `${architecture}.attention.sliding_window_pattern`;
  const stated = keys.booleans(key, layerCount);
  if (stated !== undefined) return { slidingWindow, slidingLayers: stated };
  const every = keys.count(key) ?? period;
  return { slidingWindow, slidingLayers: layers(layerCount, (layer) => layer % every < every - 1) };
}

/** llama.cpp's limit too: lists of layers are made before tensors are looked for. */
const MOST_LAYERS = 1024;

function layers(count: number, decide: (layer: number) => boolean): boolean[] {
  return Array.from({ length: Math.min(count, MOST_LAYERS) }, (_, layer) => decide(layer));
}

function defined(values: Mutable<Variations>): Partial<Variations> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
