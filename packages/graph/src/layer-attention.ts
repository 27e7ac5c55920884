import type { ModelConfig } from '@llamella/spec';
import { rotarySize } from './rotary-tables.ts';

/** Constants that a layer's queries and keys are rotated by. */
export interface LayerTables {
  readonly cosines: string;
  readonly sines: string;
  /** Whether they have the frequencies of layers with a sliding window. */
  readonly sliding: boolean;
}

const everywhere: LayerTables = { cosines: 'cosines', sines: 'sines', sliding: false };
const withinWindow: LayerTables = { cosines: 'sliding_cosines', sines: 'sliding_sines', sliding: true };

/** The tables of a layer, or `undefined` where its queries and keys are not rotated. */
export function tablesOf(config: ModelConfig, layer: number): LayerTables | undefined {
  if (config.rotaryLayers?.[layer] === false) return undefined;
  return config.slidingRopeTheta !== undefined && slides(config, layer) ? withinWindow : everywhere;
}

/** Positions that a layer's attention looks back, the token's own among them; `undefined` for all of a context. */
export function windowOf(config: ModelConfig, layer: number, contextLength: number): number | undefined {
  if (!slides(config, layer) || config.slidingWindow! >= contextLength) return undefined;
  return config.slidingWindow;
}

function slides({ slidingWindow, slidingLayers }: ModelConfig, layer: number): boolean {
  return slidingWindow !== undefined && (slidingLayers?.[layer] ?? true);
}

/** Whether the attention operator can rotate by itself: it wants multiples of 16, of heads and of what is rotated. */
export function attentionRotates(config: ModelConfig): boolean {
  return config.headSize % 16 === 0 && rotarySize(config) % 16 === 0;
}

/** Whether some layer is rotated by nodes of its own, which read the input `position`. */
export function needsPosition(config: ModelConfig): boolean {
  return !attentionRotates(config) && allTables(config).length > 0;
}

/** The tables that layers are rotated by, each once. */
export function allTables(config: ModelConfig): LayerTables[] {
  // Without lists, which are as long as there are layers, the first layer stands for all: a file may claim billions.
  const differ = config.rotaryLayers !== undefined || config.slidingLayers !== undefined;
  const tables = new Set<LayerTables>();
  for (let layer = 0; layer < (differ ? config.layerCount : 1); layer++) {
    const each = tablesOf(config, layer);
    if (each !== undefined) tables.add(each);
  }
  return [...tables];
}
