import type { NodeProto } from 'onnx-buf';
import type { ConstantParts, Range } from './constant-parts.ts';
import type { LargeNode } from './large-node.ts';
import type { NodeList } from './node-list.ts';

/**
 * Writes a lookup in each of several tables of the same number of rows, the last of which may have fewer. Indices of
 * other tables look up row 0; what they find is not chosen.
 */
export function splitLookup(
  list: NodeList,
  constants: ConstantParts,
  node: NodeProto,
  { outputs, parts }: LargeNode,
  ranges: readonly Range[],
): void {
  const output = node.output[0]!;
  const indices = node.input[1]!;
  const type = list.indexType(indices);
  const number = (value: number) => list.integers(`${output}.number_${value}`, type, [value], true);
  const value = (what: string) => list.unused(`${output}.${what}`);
  const size = number(ranges[0]![1]);
  const zero = number(0);
  const table = list.add('Div', [indices, size], value('table'));
  const start = list.add('Mul', [table, size], value('start'));
  const row = list.add('Sub', [indices, start], value('row'));
  const axis = list.integers(`${output}.last_axis`, 'int64', [-1]);
  const tables = list.add('Unsqueeze', [table, axis], value('tables'));
  let found = '';
  for (const [at, range] of ranges.entries()) {
    const which = at === 0 ? zero : number(at);
    const isHere = list.add('Equal', [table, which], value(`is_${at}`));
    const inputs = node.input.with(1, list.add('Where', [isHere, row, zero], value(`row_${at}`)));
    for (const part of parts) inputs[part.place] = constants.part(part, outputs, range);
    const here = list.again(node, inputs, value(`part_${at}`));
    if (at === 0) {
      found = here;
      continue;
    }
    const chosen = list.add('Equal', [tables, which], value(`chosen_${at}`));
    found = list.add('Where', [chosen, here, found], at === ranges.length - 1 ? output : value(`upto_${at}`));
  }
}
