import type { GraphContext } from '../graph-context.ts';
import { inFloatType } from '../linear-form.ts';
import { blockShape } from './block-sums.ts';
import { linearFormOf } from './linear.ts';

/** Writes the lookup of `input_ids` in the embedding matrix: `[1, tokens, hiddenSize]`. */
export function embedding(context: GraphContext, tensor: string, output: string): void {
  const { config, profile, table, writer } = context;
  const { floatType } = profile;
  const shape = [config.vocabularySize, config.hiddenSize];
  const form = linearFormOf(context, tensor, shape, 'embedding');
  const { type } = context.tensors.get(tensor)!;
  // A head with float weights shares its bytes.
  const isHead = config.tiedEmbeddings && linearFormOf(context, tensor, shape, 'head').kind === 'float';
  if (form.kind === 'float' && !isHead && profile.lookupTypes.includes(type)) {
    table.packed('embedding', type === 'F16' ? 'float16' : 'bfloat16', shape, {
      kind: 'stored',
      tensors: [tensor],
    });
    writer.node('Gather', ['embedding', 'input_ids'], [`${output}.stored`], { axis: 0 });
    writer.cast(`${output}.stored`, output, floatType);
    context.fidelity.push({ tensor, kind: 'exact', bound: 0, runsAs: `Gather ${type}` });
    return;
  }
  if (form.kind !== 'blocks') {
    table.packed('embedding', floatType, shape, { kind: 'decode', tensors: [tensor] });
    writer.node('Gather', ['embedding', 'input_ids'], [output], { axis: 0 });
    context.fidelity.push(
      inFloatType(context, { tensor, kind: 'decoded', bound: 0, runsAs: 'Gather float32' }),
    );
    return;
  }
  const { bits, scaleLength: blockSize } = form;
  const grid = form.integers === true ? ('integers' as const) : ('native' as const);
  const recipe = { tensors: [tensor], bits, blockSize, grid };
  const blocks = config.hiddenSize / blockSize;
  const width = (config.hiddenSize * bits) / 8;
  table.packed('embedding.quantized', 'uint8', [config.vocabularySize, width], {
    kind: 'quantized',
    ...recipe,
  });
  table.packed('embedding.scales', floatType, [config.vocabularySize, blocks], { kind: 'scales', ...recipe });
  const operands = ['embedding.quantized', 'input_ids', 'embedding.scales'];
  if (form.zeroPoints === true) {
    const points = [config.vocabularySize, Math.ceil((blocks * bits) / 8)];
    table.packed('embedding.zero_points', 'uint8', points, { kind: 'zero-points', ...recipe });
    operands.push('embedding.zero_points');
  }
  const minimums = form.minimums !== 'none';
  const scaled = minimums ? `${output}.scaled` : output;
  writer.contribNode('GatherBlockQuantized', operands, [scaled], {
    bits,
    block_size: blockSize,
    gather_axis: 0,
    quantize_axis: 1,
  });
  if (minimums) {
    const recipe = { kind: 'block-minimums', tensors: [tensor], bits, transpose: true } as const;
    table.packed('embedding.minimums', floatType, [config.vocabularySize, blocks], recipe);
    addMinimums(context, scaled, output, blocks, blockSize);
  }
  const runsAs = `GatherBlockQuantized ${bits}-bit${minimums ? ' + minimums' : ''}`;
  const { bound } = form.integers === true ? form : { bound: 0 };
  const fidelity = { tensor, kind: bound === 0 ? 'exact' : 're-gridded', bound, runsAs } as const;
  context.fidelity.push(inFloatType(context, fidelity, form));
}

/** Adds to every block of a token's embedding the minimum of that block. */
function addMinimums(
  context: GraphContext,
  input: string,
  output: string,
  blocks: number,
  blockSize: number,
): void {
  const { config, writer } = context;
  const shape = blockShape(context, blocks, blockSize);
  const single = blockShape(context, blocks, 1);
  const whole = `embedding_shape_${config.hiddenSize}`;
  writer.int64Constant(whole, [3], [0, 0, config.hiddenSize]);
  writer.node('Gather', ['embedding.minimums', 'input_ids'], ['embedding.minimum_rows'], { axis: 0 });
  writer.node('Reshape', ['embedding.minimum_rows', single], ['embedding.minimum_columns']);
  writer.node('Reshape', [input, shape], [`${input}.blocks`]);
  writer.node('Add', [`${input}.blocks`, 'embedding.minimum_columns'], [`${output}.blocks`]);
  writer.node('Reshape', [`${output}.blocks`, whole], [output]);
}
