import type { Checkpoint, ModelConfig, TensorFidelity } from '@llamella/spec';
import { packInitializer } from '@llamella/weights';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type LinearLayer, linear } from '../src/blocks/linear.ts';
import type { GraphContext } from '../src/graph-context.ts';
import { InitializerTable } from '../src/initializer-table.ts';
import { OnnxWriter } from '../src/onnx/onnx-writer.ts';
import type { Profile } from '../src/profiles/profile.ts';
import { checkpointOf, type StoredTensor } from './stored-tensor.ts';

const externalFile = 'weights.bin';

/** What the pieces of a graph over some tensors are written with. */
export function contextOf(stored: readonly StoredTensor[], profile: Profile): GraphContext {
  const writer = new OnnxWriter(externalFile);
  return {
    name: 'layer.test',
    config: { architecture: 'llama' } as ModelConfig,
    profile,
    contextLength: 1,
    writer,
    table: new InitializerTable(writer),
    tensors: checkpointOf(stored).tensors,
    used: new Set(),
    shared: new Set(),
    fidelity: [],
  };
}

/** What a layer gave. */
export interface LayerRun {
  /** float32 `[tokens, outputs]`. */
  readonly output: Float32Array;
  readonly fidelity: readonly TensorFidelity[];
  /** Largest measured error of a tensor that was put on another grid. */
  readonly measured: number;
  readonly used: ReadonlySet<string>;
  /** Size of the constants in bytes. */
  readonly byteLength: number;
}

/** Runs one linear layer, in a graph of its own, on ONNX Runtime. @param input float32 `[tokens, inputs]` */
export async function runLayer(
  stored: readonly StoredTensor[],
  layer: LinearLayer,
  input: Float32Array,
  profile: Profile,
  provider: 'cpu' | 'webgpu' = 'cpu',
): Promise<LayerRun> {
  const context = contextOf(stored, profile);
  const outputs = layer.tensors.reduce((sum, tensor) => sum + tensor.outputs, 0);
  context.writer.input('input', 'float32', [1, 'tokens', layer.inputs]);
  context.writer.output('output', 'float32', [1, 'tokens', outputs]);
  linear(context, layer, 'input', 'output');
  const { output, measured } = await runGraph(
    context,
    stored,
    { input: floats(input, layer.inputs) },
    provider,
  );
  const { fidelity, used, table } = context;
  return { output, fidelity, measured, used, byteLength: table.byteLength };
}

/** Runs the graph written so far, which has the output `output`. */
export async function runGraph(
  { writer, table }: GraphContext,
  stored: readonly StoredTensor[],
  feeds: Record<string, Tensor>,
  provider: 'cpu' | 'webgpu',
) {
  const data = new Uint8Array(table.byteLength);
  let measured = 0;
  for (const [index, { source, byteLength }] of table.initializers.entries()) {
    const target = data.subarray(table.offsets[index]!, table.offsets[index]! + byteLength);
    if ('data' in source) target.set(source.data);
    else {
      const errors = await packInitializer(source.recipe, checkpointOf(stored) as Checkpoint, target);
      for (const { largest } of errors) measured = Math.max(measured, largest);
    }
  }
  const session = await InferenceSession.create(writer.finish('layer'), {
    executionProviders: [provider],
    externalData: [{ path: externalFile, data }],
    intraOpNumThreads: 1,
  });
  const results = await session.run(feeds);
  await session.release();
  return { output: results.output!.data as Float32Array, measured };
}

function floats(values: Float32Array, width: number): Tensor {
  return new Tensor('float32', values, [1, values.length / width, width]);
}

/** The product `input x weights^T` in float64, `[tokens, outputs]`. */
export function product(input: Float32Array, weights: Float32Array, inputs: number): Float64Array {
  const outputs = weights.length / inputs;
  const tokens = input.length / inputs;
  return Float64Array.from({ length: tokens * outputs }, (_, at) => {
    const token = Math.floor(at / outputs) * inputs;
    const row = (at % outputs) * inputs;
    let sum = 0;
    for (let index = 0; index < inputs; index++) sum += input[token + index]! * weights[row + index]!;
    return sum;
  });
}

/** Root of the mean squared difference, over that of the expected values. */
export function relativeError(actual: ArrayLike<number>, expected: Float64Array): number {
  let difference = 0;
  let size = 0;
  for (const [at, value] of expected.entries()) {
    difference += (actual[at]! - value) ** 2;
    size += value * value;
  }
  return actual.length === expected.length ? Math.sqrt(difference / size) : Number.NaN;
}
