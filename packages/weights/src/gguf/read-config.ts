import type { ModelConfig, TensorInfo } from '@llamella/spec';
import { type GgufValue, isStringArray } from './gguf-value.ts';
import { MetadataReader } from './metadata-reader.ts';
import { isRopeInterleaved, type RopeDivisors, readRopeScaling } from './read-rope.ts';
import { readVariations } from './read-variations.ts';

const defaultRopeTheta = 10_000;

/**
 * The model's shape from its metadata: keys `<architecture>.*` with the names and defaults of llama.cpp's
 * src/llama-arch.cpp, src/llama-model.cpp and src/models/.
 *
 * @param divisors values of the tensors of `ropeTensors` that there are
 * @throws {InvalidFileError} naming file and key, when a key is missing or senseless
 * @throws {UnsupportedError} for a valid key that the configuration cannot express
 */
export function readConfig(
  file: string,
  metadata: ReadonlyMap<string, GgufValue>,
  tensors: ReadonlyMap<string, TensorInfo>,
  divisors: RopeDivisors,
): ModelConfig {
  const keys = new MetadataReader(file, metadata);
  const architecture = keys.string('general.architecture');
  if (!architecture) throw keys.invalid('general.architecture', 'is missing');
  const name = keys.string('general.name');
  const key = (rest: string) => `${architecture}.${rest}`;

  const experts = keys.positiveUnlessZero(key('expert_count'));
  if (experts !== undefined) {
    throw keys.unsupported(`a mixture of ${experts} experts`, 'use a model whose layers are dense');
  }
  const hiddenSize = keys.requiredCount(key('embedding_length'));
  const headCount = keys.requiredCount(key('attention.head_count'));
  const keyValueHeadCount = keys.count(key('attention.head_count_kv')) ?? headCount;
  if (headCount % keyValueHeadCount !== 0) {
    throw keys.invalid(
      key('attention.head_count_kv'),
      `is ${keyValueHeadCount}, no divisor of the ${headCount} heads`,
    );
  }
  const headSize = readHeadSize(keys, architecture, hiddenSize / headCount);
  const rotarySize = readRotarySize(keys, key('rope.dimension_count'), headSize);
  const contextLength = keys.requiredCount(key('context_length'));
  const layerCount = keys.requiredCount(key('block_count'));
  return {
    architecture,
    ...(name === undefined ? {} : { name }),
    contextLength,
    vocabularySize: readVocabularySize(keys, key('vocab_size'), metadata, tensors),
    hiddenSize,
    intermediateSize: keys.requiredCount(key('feed_forward_length')),
    layerCount,
    headCount,
    keyValueHeadCount,
    headSize,
    normEpsilon: readNormEpsilon(keys, architecture),
    ropeTheta: keys.positive(key('rope.freq_base')) ?? defaultRopeTheta,
    ropeScaling: readRopeScaling({ keys, architecture, contextLength, rotarySize, divisors }),
    ropeInterleaved: isRopeInterleaved(architecture),
    tiedEmbeddings: !tensors.has('output.weight'),
    ...(rotarySize === headSize ? {} : { rotarySize }),
    ...readVariations({ keys, architecture, hiddenSize, headCount, layerCount, contextLength }),
  };
}

function readHeadSize(keys: MetadataReader, architecture: string, fallback: number): number {
  const keyLength = `${architecture}.attention.key_length`;
  const headSize = keys.count(keyLength) ?? fallback;
  if (!Number.isInteger(headSize) || headSize % 2 !== 0) {
    throw keys.invalid(keyLength, `is absent or odd: heads have size ${headSize}`);
  }
  const valueSize = keys.count(`${architecture}.attention.value_length`) ?? headSize;
  if (valueSize !== headSize) {
    throw keys.unsupported(`keys of size ${headSize} with values of size ${valueSize}`, 'use another model');
  }
  return headSize;
}

function readRotarySize(keys: MetadataReader, key: string, headSize: number): number {
  const size = keys.count(key) ?? headSize;
  if (size > headSize || size % 2 !== 0) {
    throw keys.invalid(key, `is ${size}, no even part of the ${headSize} dimensions of a head`);
  }
  return size;
}

function readNormEpsilon(keys: MetadataReader, architecture: string): number {
  const rms = `${architecture}.attention.layer_norm_rms_epsilon`;
  const epsilon = keys.positive(rms) ?? keys.positive(`${architecture}.attention.layer_norm_epsilon`);
  if (epsilon === undefined) throw keys.invalid(rms, 'is missing');
  return epsilon;
}

/** Rows of the embedding, which may be padded beyond the tokens; without an embedding, the number of tokens. */
function readVocabularySize(
  keys: MetadataReader,
  key: string,
  metadata: ReadonlyMap<string, GgufValue>,
  tensors: ReadonlyMap<string, TensorInfo>,
): number {
  const tokens = metadata.get('tokenizer.ggml.tokens');
  const tokenCount = isStringArray(tokens) ? tokens.length : undefined;
  const rows = tensors.get('token_embd.weight')?.shape[0];
  if (rows !== undefined && tokenCount !== undefined && tokenCount > rows) {
    throw keys.invalid('tokenizer.ggml.tokens', `has ${tokenCount} tokens for an embedding of ${rows} rows`);
  }
  return rows ?? tokenCount ?? keys.requiredCount(key);
}
