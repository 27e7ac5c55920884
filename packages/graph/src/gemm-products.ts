import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { GraphPlan } from '@llamella/spec';
import {
  AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
} from 'onnx-buf';
import { attribute } from './onnx/onnx-writer.ts';

/**
 * Writes products with float weights as `Gemm` between two `Reshape`: it too takes weights `[outputs, inputs]` as they
 * are, and has kernels where `FusedMatMul` has none.
 */
export function withGemm(plan: GraphPlan): GraphPlan {
  const model = fromBinary(ModelProtoSchema, plan.model);
  const graph = model.graph!;
  const dimensions = new Map(graph.initializer.map(({ name, dims }) => [name, dims]));
  const shapes = new Map<string, readonly bigint[]>();
  const shapeOf = (...sizes: bigint[]) => {
    const name = `gemm.shape_${sizes.join('_')}`;
    shapes.set(name, sizes);
    return name;
  };
  const node = (opType: string, input: string[], output: string): NodeProto =>
    create(NodeProtoSchema, { opType, name: `/${output}/${opType}`, input, output: [output] });
  graph.node = graph.node.flatMap((product) => {
    const [input, weight] = product.input as [string, string];
    const [outputs, inputs] = dimensions.get(weight) ?? [];
    if (product.opType !== 'FusedMatMul' || outputs === undefined || inputs === undefined) return product;
    if (product.attribute.some(({ name, i }) => name !== 'transB' || i !== 1n)) return product;
    const output = product.output[0]!;
    const gemm = node('Gemm', [`${output}.rows_in`, weight], `${output}.rows`);
    gemm.attribute.push(create(AttributeProtoSchema, attribute('transB', 1)));
    // An output of the graph is copied from a reshaped value, and commands that ONNX Runtime records lack copies.
    const isOutput = graph.output.some(({ name }) => name === output);
    const shaped = isOutput ? `${output}.shaped` : output;
    const kept = node('LeakyRelu', [shaped], output);
    kept.attribute.push(create(AttributeProtoSchema, attribute('alpha', { float: 1 })));
    return [
      node('Reshape', [input, shapeOf(-1n, inputs)], `${output}.rows_in`),
      gemm,
      node('Reshape', [`${output}.rows`, shapeOf(1n, -1n, outputs)], shaped),
      ...(isOutput ? [kept] : []),
    ];
  });
  if (shapes.size === 0) return plan;
  for (const [name, sizes] of shapes) {
    const rawData = new Uint8Array(BigInt64Array.from(sizes).buffer);
    const dims = [BigInt(sizes.length)];
    graph.initializer.push(
      create(TensorProtoSchema, { name, dims, rawData, dataType: TensorProto_DataType.INT64 }),
    );
  }
  return { ...plan, model: toBinary(ModelProtoSchema, model) };
}
