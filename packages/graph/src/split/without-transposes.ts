import { create } from '@bufbuild/protobuf';
import { AttributeProto_AttributeType, type NodeProto, NodeProtoSchema, type TensorProto } from 'onnx-buf';
import { attribute } from '../onnx/onnx-writer.ts';

/**
 * Products with, and lookups in, large matrices that are transposed before, as those with the matrices as they are.
 *
 * @returns the nodes in their order
 */
export function withoutTransposes(
  nodes: readonly NodeProto[],
  constants: readonly TensorProto[],
  isLarge: (tensor: TensorProto) => boolean,
): NodeProto[] {
  const matrices = new Set(
    constants.filter((tensor) => tensor.dims.length === 2 && isLarge(tensor)).map(({ name }) => name),
  );
  const sources = new Map<string, string>();
  for (const { opType, input, output } of nodes) {
    if (opType === 'Transpose' && matrices.has(input[0]!)) sources.set(output[0]!, input[0]!);
  }
  const rewritten = nodes.flatMap((node) => {
    const { opType, name, output, input } = node;
    const [first, second] = [sources.get(input[0]!), sources.get(input[1]!)];
    if (opType === 'MatMul' && second !== undefined) {
      const product = { opType: 'FusedMatMul', domain: 'com.microsoft', name, output };
      return create(NodeProtoSchema, {
        ...product,
        input: [input[0]!, second],
        attribute: [attribute('transB', 1)],
      });
    }
    const isLookup = opType === 'Gather' && first !== undefined && input[1] === 'input_ids';
    if (!isLookup || node.attribute.some((each) => each.name === 'axis' && each.i !== 0n)) return node;
    // Columns of tokens [hiddenSize, 1, tokens], turned into rows.
    const columns = `${output[0]!}.columns`;
    const permutation = { name: 'perm', type: AttributeProto_AttributeType.INTS, ints: [1n, 2n, 0n] };
    return [
      create(NodeProtoSchema, {
        ...{ opType, name, input: [first, input[1]!], output: [columns], attribute: [attribute('axis', 1)] },
      }),
      create(NodeProtoSchema, {
        ...{ opType: 'Transpose', name: `/${columns}/Transpose`, input: [columns], output },
        attribute: [permutation],
      }),
    ];
  });
  const read = new Set(rewritten.flatMap(({ input }) => input));
  return rewritten.filter(({ output }) => !sources.has(output[0]!) || read.has(output[0]!));
}
