import type { ModelConfig } from '@llamella/spec';
import type { TinyModel } from './tiny-model.ts';

type Rows = Float64Array[];

/**
 * Logits of every token, float64 `[tokens][vocabulary]`: the Llama decoder written out plainly, over the whole
 * sequence at once and without a cache.
 */
export function referenceLogits(model: TinyModel, tokens: Uint32Array): Rows {
  const { config } = model;
  const { hiddenSize, vocabularySize } = config;
  const weights = (name: string) => model.values(`${name}.weight`);
  const embeddings = weights('token_embd');
  let hidden: Rows = Array.from(tokens, (id) =>
    Float64Array.from(embeddings.subarray(id * hiddenSize, (id + 1) * hiddenSize)),
  );
  for (let layer = 0; layer < config.layerCount; layer++) {
    const of = (name: string) => weights(`blk.${layer}.${name}`);
    const normed = normalize(hidden, of('attn_norm'), config.normEpsilon);
    const mixed = attend(config, {
      queries: rotate(config, multiply(normed, of('attn_q'))),
      keys: rotate(config, multiply(normed, of('attn_k'))),
      values: multiply(normed, of('attn_v')),
    });
    hidden = add(hidden, multiply(mixed, of('attn_output')));
    const fed = normalize(hidden, of('ffn_norm'), config.normEpsilon);
    const gates = multiply(fed, of('ffn_gate'));
    const ups = multiply(fed, of('ffn_up'));
    const gated = gates.map((row, at) => row.map((x, i) => (x / (1 + Math.exp(-x))) * ups[at]![i]!));
    hidden = add(hidden, multiply(gated, of('ffn_down')));
  }
  const last = normalize(hidden, weights('output_norm'), config.normEpsilon);
  const head = config.tiedEmbeddings ? embeddings : weights('output');
  if (head.length !== vocabularySize * hiddenSize) throw new Error('the head has another size');
  return multiply(last, head);
}

/** `rows x weights^T`, weights `[outputs, inputs]`. */
function multiply(rows: Rows, weights: Float32Array): Rows {
  return rows.map((row) => {
    const inputs = row.length;
    const result = new Float64Array(weights.length / inputs);
    for (let output = 0; output < result.length; output++) {
      let sum = 0;
      for (let input = 0; input < inputs; input++) sum += row[input]! * weights[output * inputs + input]!;
      result[output] = sum;
    }
    return result;
  });
}

function add(a: Rows, b: Rows): Rows {
  return a.map((row, at) => row.map((x, i) => x + b[at]![i]!));
}

function normalize(rows: Rows, weights: Float32Array, epsilon: number): Rows {
  return rows.map((row) => {
    const meanSquare = row.reduce((sum, x) => sum + x * x, 0) / row.length;
    return row.map((x, i) => (x / Math.sqrt(meanSquare + epsilon)) * weights[i]!);
  });
}

/** Rotates every pair of every head by position times frequency. Row number is position. */
function rotate(config: ModelConfig, rows: Rows): Rows {
  const { headSize, ropeInterleaved, ropeTheta, ropeScaling } = config;
  if (ropeScaling.kind !== 'none') throw new Error('the reference knows no scaling');
  const half = headSize / 2;
  return rows.map((row, position) => {
    const result = row.slice();
    for (let start = 0; start < row.length; start += headSize) {
      for (let pair = 0; pair < half; pair++) {
        const angle = position * ropeTheta ** ((-2 * pair) / headSize);
        const first = start + (ropeInterleaved ? 2 * pair : pair);
        const second = ropeInterleaved ? first + 1 : first + half;
        result[first] = row[first]! * Math.cos(angle) - row[second]! * Math.sin(angle);
        result[second] = row[first]! * Math.sin(angle) + row[second]! * Math.cos(angle);
      }
    }
    return result;
  });
}

function attend(
  config: ModelConfig,
  { queries, keys, values }: { readonly queries: Rows; readonly keys: Rows; readonly values: Rows },
): Rows {
  const { headCount, keyValueHeadCount, headSize } = config;
  const group = headCount / keyValueHeadCount;
  return queries.map((query, position) => {
    const result = new Float64Array(headCount * headSize);
    for (let head = 0; head < headCount; head++) {
      const queryStart = head * headSize;
      const keyStart = Math.floor(head / group) * headSize;
      const scores = new Float64Array(position + 1).map((_, at) => {
        let sum = 0;
        for (let i = 0; i < headSize; i++) sum += query[queryStart + i]! * keys[at]![keyStart + i]!;
        return sum / Math.sqrt(headSize);
      });
      const highest = scores.reduce((most, score) => Math.max(most, score), -Infinity);
      const powers = scores.map((score) => Math.exp(score - highest));
      const total = powers.reduce((sum, power) => sum + power, 0);
      for (let at = 0; at <= position; at++) {
        for (let i = 0; i < headSize; i++) {
          result[queryStart + i]! += (powers[at]! / total) * values[at]![keyStart + i]!;
        }
      }
    }
    return result;
  });
}
