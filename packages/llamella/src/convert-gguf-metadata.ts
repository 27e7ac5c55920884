import { basename } from 'node:path';
import { type Checkpoint, type ModelConfig, type RopeScaling, UnsupportedError } from '@llamella/spec';
import type { GgufField, GgufTensor } from '@llamella/weights';

/** Architectures whose rows of q and k GGUF has in the order of neighbouring pairs. */
const neighbours: ReadonlySet<string> = new Set(['llama', 'granite', 'smollm3']);
const known: ReadonlySet<string> = new Set([...neighbours, 'qwen2', 'qwen3', 'gemma2', 'gemma3', 'phi3']);
/** Of how many layers one looks back over all of the context, where llama.cpp does not read it from the file. */
const periods: Readonly<Record<string, number>> = { gemma2: 2, gemma3: 6 };

/** Whether GGUF stores q and k of an architecture for rotation of neighbouring pairs. */
export function rotatesNeighbours(architecture: string): boolean {
  return neighbours.has(architecture);
}

/** What a configuration is in GGUF: keys, and tensors beside those of the checkpoint. */
export interface GgufConfiguration {
  readonly metadata: Map<string, GgufField>;
  readonly extra: readonly GgufTensor[];
  /** What this project reads from the keys and llama.cpp does not: sentences for people, often none. */
  readonly notes: readonly string[];
}

/**
 * The keys of GGUF for a model's shape, with the names of llama.cpp's src/llama-arch.cpp.
 *
 * @throws {UnsupportedError} for an architecture, or a trait of it, that GGUF has no keys for
 */
export function ggufConfiguration({ name, config }: Pick<Checkpoint, 'name' | 'config'>): GgufConfiguration {
  const { architecture } = config;
  if (!known.has(architecture)) {
    throw new UnsupportedError(
      `${name}: architecture ${architecture} as GGUF`,
      `supported: ${[...known].join(', ')}`,
    );
  }
  const metadata = new Map<string, GgufField>([
    ['general.architecture', architecture],
    ['general.name', config.name ?? basename(name)],
  ]);
  const count = (key: string, value: number | undefined) => {
    if (value !== undefined) metadata.set(`${architecture}.${key}`, { type: 'uint32', value });
  };
  const real = (key: string, value: number | undefined) => {
    if (value !== undefined) metadata.set(`${architecture}.${key}`, { type: 'float32', value });
  };
  count('context_length', config.contextLength);
  count('embedding_length', config.hiddenSize);
  count('block_count', config.layerCount);
  count('feed_forward_length', config.intermediateSize);
  count('vocab_size', config.vocabularySize);
  count('attention.head_count', config.headCount);
  count('attention.head_count_kv', config.keyValueHeadCount);
  count('attention.key_length', config.headSize);
  count('attention.value_length', config.headSize);
  real('attention.layer_norm_rms_epsilon', config.normEpsilon);
  count('rope.dimension_count', config.rotarySize ?? config.headSize);
  real('rope.freq_base', config.ropeTheta);
  real('rope.freq_base_swa', config.slidingRopeTheta);
  count('attention.sliding_window', config.slidingWindow);
  real('attn_logit_softcapping', config.attentionSoftcap);
  real('final_logit_softcapping', config.logitSoftcap);
  real('residual_scale', config.residualScale);
  if (architecture === 'granite') {
    real('attention.scale', config.attentionScale ?? 1 / Math.sqrt(config.headSize));
    real('embedding_scale', config.embeddingScale);
    real('logit_scale', 1 / (config.logitScale ?? 1));
  } else if (config.attentionScale !== undefined && !isUsual(config.attentionScale, config.headSize)) {
    real('attention.scale', config.attentionScale);
  }
  writeLayers(name, config, metadata);
  const extra = writeRope(config, metadata, { count, real });
  return { metadata, extra, notes: [...notesOn(config, metadata)] };
}

/** What llama.cpp's src/models/ take from the architecture, whatever the file says. */
function* notesOn(config: ModelConfig, metadata: ReadonlyMap<string, GgufField>): Generator<string> {
  const { architecture, slidingWindow } = config;
  if (slidingWindow !== undefined && periods[architecture] === undefined) {
    yield `llama.cpp leaves out the window of ${slidingWindow} tokens that ${architecture} has here`;
  }
  const isGemma = periods[architecture] !== undefined;
  if (isGemma && metadata.has(`${architecture}.attention.scale`)) {
    yield `llama.cpp takes another scale of attention for ${architecture} than this model's`;
  }
  if (metadata.has(`${architecture}.attention.sliding_window_pattern`)) {
    yield `llama.cpp takes other layers of ${architecture} to have a window than this model's`;
  }
}

function isUsual(scale: number, headSize: number): boolean {
  return Math.fround(scale) === Math.fround(1 / Math.sqrt(headSize));
}

function writeLayers(file: string, config: ModelConfig, metadata: Map<string, GgufField>): void {
  const { architecture, slidingLayers, rotaryLayers, layerCount } = config;
  const layers = Array.from({ length: layerCount }, (_, layer) => layer);
  const period = periods[architecture];
  if (slidingLayers !== undefined) {
    const usual = layers.every(
      (layer) => period !== undefined && slidingLayers[layer] === layer % period < period - 1,
    );
    if (!usual && period !== undefined) {
      metadata.set(`${architecture}.attention.sliding_window_pattern`, [...slidingLayers]);
    } else if (!usual) {
      throw new UnsupportedError(
        `${file}: a window in some layers of ${architecture}`,
        'GGUF has no key for it',
      );
    }
  }
  const rotates = layers.map((layer) => rotaryLayers?.[layer] ?? true);
  const expected = layers.map((layer) => architecture !== 'smollm3' || layer % 4 !== 3);
  if (rotates.some((each, layer) => each !== expected[layer])) {
    throw new UnsupportedError(
      `${file}: layers of ${architecture} that do not rotate`,
      'GGUF has no key for them',
    );
  }
}

function writeRope(
  config: ModelConfig,
  metadata: Map<string, GgufField>,
  { count, real }: Record<'count' | 'real', (key: string, value: number | undefined) => void>,
): GgufTensor[] {
  const { ropeScaling: scaling, architecture } = config;
  const type = (name: string) => metadata.set(`${architecture}.rope.scaling.type`, name);
  switch (scaling.kind) {
    case 'none':
      return [];
    case 'linear':
      type('linear');
      real('rope.scaling.factor', scaling.factor);
      return [];
    case 'llama3':
      return [divisorTensor('rope_freqs.weight', llama3Divisors(scaling, config))];
    case 'divisors':
      return [divisorTensor('rope_freqs.weight', scaling.divisors)];
    case 'yarn': {
      type('yarn');
      real('rope.scaling.factor', scaling.factor);
      count('rope.scaling.original_context_length', scaling.originalContextLength);
      real('rope.scaling.yarn_beta_fast', scaling.betaFast);
      real('rope.scaling.yarn_beta_slow', scaling.betaSlow);
      const usual = 0.1 * Math.log(Math.max(scaling.factor, 1)) + 1;
      if (scaling.attentionFactor !== undefined && Math.abs(scaling.attentionFactor / usual - 1) > 1e-6) {
        real('rope.scaling.attn_factor', scaling.attentionFactor / usual);
      }
      return [];
    }
    case 'longrope':
      count('rope.scaling.original_context_length', scaling.originalContextLength);
      real('rope.scaling.attn_factor', scaling.attentionFactor);
      return [
        divisorTensor('rope_factors_long.weight', scaling.longDivisors),
        divisorTensor('rope_factors_short.weight', scaling.shortDivisors),
      ];
  }
}

function divisorTensor(name: string, divisors: Float32Array): GgufTensor {
  return {
    name,
    type: 'F32',
    shape: [divisors.length],
    async *data() {
      yield new Uint8Array(divisors.buffer, divisors.byteOffset, divisors.byteLength);
    },
  };
}

/** What each frequency is divided by in Llama 3.1's scaling, float32 `[rotarySize / 2]`. */
function llama3Divisors(
  scaling: Extract<RopeScaling, { kind: 'llama3' }>,
  { ropeTheta, rotarySize, headSize }: ModelConfig,
): Float32Array {
  const size = rotarySize ?? headSize;
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalContextLength } = scaling;
  return Float32Array.from({ length: size / 2 }, (_, index) => {
    const turns = originalContextLength / (2 * Math.PI * ropeTheta ** ((2 * index) / size));
    const kept = Math.min(Math.max((turns - low) / (high - low), 0), 1);
    return 1 / ((1 - kept) / factor + kept);
  });
}
