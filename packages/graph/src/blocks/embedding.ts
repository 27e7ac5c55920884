import type { GraphContext } from '../graph-context.ts';
import { fidelityOf } from '../linear-form.ts';
import { linearFormOf } from './linear.ts';

/** Writes the lookup of `input_ids` in the embedding matrix: float32 `[1, tokens, hiddenSize]`. */
export function embedding(context: GraphContext, tensor: string, output: string): void {
  const { config, table, writer } = context;
  const shape = [config.vocabularySize, config.hiddenSize];
  const form = linearFormOf(context, tensor, shape, 'embedding');
  if (form.kind === 'float' || form.minimums !== 'none') {
    table.packed('embedding', 'float32', shape, { kind: 'decode', tensors: [tensor] });
    writer.node('Gather', ['embedding', 'input_ids'], [output], { axis: 0 });
    context.fidelity.push({ tensor, kind: 'decoded', bound: 0, runsAs: 'Gather float32' });
    return;
  }
  const { bits, blockSize } = form;
  const recipe = { tensors: [tensor], bits, blockSize, grid: 'native' as const };
  const blocks = config.hiddenSize / blockSize;
  const width = (config.hiddenSize * bits) / 8;
  table.packed('embedding.quantized', 'uint8', [config.vocabularySize, width], {
    kind: 'quantized',
    ...recipe,
  });
  table.packed('embedding.scales', 'float32', [config.vocabularySize, blocks], { kind: 'scales', ...recipe });
  writer.contribNode(
    'GatherBlockQuantized',
    ['embedding.quantized', 'input_ids', 'embedding.scales'],
    [output],
    { bits, block_size: blockSize, gather_axis: 0, quantize_axis: 1 },
  );
  const runsAs = `GatherBlockQuantized ${bits}-bit`;
  context.fidelity.push({ ...fidelityOf(tensor, form), runsAs });
}
