import { InvalidFileError, UnsupportedError } from '@llamella/spec';
import type { GraphContext } from './graph-context.ts';

const experts = /\.ffn_(?:gate_inp|(?:gate|up|down)_exps?)\./;

/** Tensors that tell the configuration something and are no operands: `ropeScaling` holds them. */
const configurationTensors: ReadonlySet<string> = new Set([
  'rope_freqs.weight',
  'rope_factors_short.weight',
  'rope_factors_long.weight',
]);

/** @throws {UnsupportedError} when the layers are mixtures of experts */
export function checkDense({ name, tensors }: Pick<GraphContext, 'name' | 'tensors'>): void {
  const expert = [...tensors.keys()].find((tensor) => experts.test(tensor));
  if (expert === undefined) return;
  throw new UnsupportedError(
    `${name}: a mixture of experts (tensor ${expert})`,
    'use a model whose layers are dense',
  );
}

/**
 * Makes sure that no tensor was left out, such as a bias: the graph would compute something else than the model.
 *
 * @throws {UnsupportedError} naming the first tensor that no node uses
 * @throws {InvalidFileError} when it belongs to a layer that the configuration does not have
 */
export function checkAllUsed({ name, tensors, used, config }: GraphContext): void {
  for (const tensor of tensors.keys()) {
    if (used.has(tensor) || configurationTensors.has(tensor)) continue;
    if (tensor === 'output.weight' && config.tiedEmbeddings) continue;
    if (Number(/^blk\.(\d+)\./.exec(tensor)?.[1] ?? 0) >= config.layerCount) {
      throw new InvalidFileError(
        { file: name },
        `there is a tensor ${tensor} where its configuration has ${config.layerCount} layers, from blk.0 on`,
      );
    }
    throw new UnsupportedError(
      `${name}: tensor ${tensor.length > 80 ? `${tensor.slice(0, 80)}…` : tensor}`,
      `the ${config.architecture} graph has no place for it`,
    );
  }
}
