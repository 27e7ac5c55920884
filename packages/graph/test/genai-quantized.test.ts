import { cpuExactProfile, cpuProfile } from '@llamella/graph';
import { describe, expect, it } from 'vitest';
import { node, openSmall, smallGraph } from './genai-graph.ts';
import { attribute, parseGraph } from './parse-model.ts';

const FLOAT = 1;
const FLOAT16 = 10;
const UINT8 = 2;
const INT8 = 3;
const UINT4 = 21;
const INT4 = 22;
const inputs = 32;
const outputs = 40;

/** Codes of a weight by input and output, with the sign that the type has. */
function code(input: number, output: number, signed: boolean, bits: number): number {
  const value = (input * 7 + output * 13 + input * output) % 2 ** bits;
  return signed ? value - 2 ** (bits - 1) : value;
}

function pack(codes: readonly number[], bits: number): Uint8Array<ArrayBuffer> {
  if (bits === 8) return Uint8Array.from(codes, (each) => each & 255);
  const bytes = new Uint8Array(Math.ceil(codes.length / 2));
  for (const [at, each] of codes.entries()) bytes[at >> 1]! |= (each & 15) << (4 * (at & 1));
  return bytes;
}

interface Form {
  readonly type: number;
  readonly block: number;
  readonly zeroPoints: boolean;
  /** `[outputs, inputs]` before a `Transpose`. */
  readonly transposed: boolean;
  readonly half?: boolean;
}

const scaleOf = (group: number, output: number) => (1 + ((group * 5 + output) % 9)) / 16;
const zeroPointOf = (group: number, output: number, { type }: Form) => {
  const bits = type === UINT4 || type === INT4 ? 4 : 8;
  const value = (group + output * 3) % 2 ** bits;
  return type === INT4 || type === INT8 ? value - 2 ** (bits - 1) : value;
};

/** The small graph with its head dequantized. */
function dequantizedGraph(form: Form) {
  const { type, block, zeroPoints, transposed } = form;
  const bits = type === UINT4 || type === INT4 ? 4 : 8;
  const signed = type === INT4 || type === INT8;
  const groups = block === 0 ? 1 : inputs / block;
  const table = (rows: number, of: (group: number, output: number) => number) =>
    transposed
      ? Array.from({ length: outputs * rows }, (_, at) => of(at % rows, Math.floor(at / rows)))
      : Array.from({ length: rows * outputs }, (_, at) => of(Math.floor(at / outputs), at % outputs));
  const dims = (rows: number) => (transposed ? [outputs, rows] : [rows, outputs]).map(BigInt);
  const parameterDims = block === 0 ? [BigInt(outputs)] : dims(groups);
  const scales = Float32Array.from(table(groups, scaleOf));
  const graph = smallGraph();
  graph.initializer = graph.initializer.filter(({ name }) => name !== 'head.weight');
  graph.initializer.push({
    name: 'head.weight_i4',
    dataType: type,
    dims: dims(inputs),
    rawData: pack(
      table(inputs, (input, output) => code(input, output, signed, bits)),
      bits,
    ),
  });
  const half = form.half === true;
  // Sixteenths up to 9/16 are exact in float16, whose bits are those of a shifted float32.
  const bitsOf = (value: number) => {
    const word = new Uint32Array(Float32Array.of(value).buffer)[0]!;
    return ((word >>> 13) & 0x3ff) | ((((word >>> 23) & 255) - 112) << 10);
  };
  const rawData = new Uint8Array((half ? Uint16Array.from(scales, bitsOf) : scales).buffer);
  graph.initializer.push({
    name: 'head.scale',
    dataType: half ? FLOAT16 : FLOAT,
    dims: parameterDims,
    rawData,
  });
  const parts = ['head.weight_i4', 'head.scale'];
  if (zeroPoints) {
    const codes = table(groups, (group, output) => zeroPointOf(group, output, form));
    graph.initializer.push({
      name: 'head.zp',
      dataType: type,
      dims: parameterDims,
      rawData: pack(codes, bits),
    });
    parts.push('head.zp');
  }
  const inputAxis = transposed ? 1 : 0;
  const axis = block === 0 ? 1 - inputAxis : inputAxis;
  const attributes = block === 0 ? { axis } : { axis, block_size: block };
  graph.node.at(-1)!.input[1] = transposed ? 'turned' : 'dequantized';
  graph.node.push(node('DequantizeLinear', parts, ['dequantized'], '', attributes));
  if (transposed) graph.node.push(node('Transpose', ['dequantized'], ['turned']));
  return graph;
}

/** Reads a tensor as `TensorInfo.scaleBlock` describes it: float32 `[outputs, inputs]`. */
function decode(bytes: Uint8Array, bits: number, length: number, zeroPoints: boolean): number[] {
  const groups = inputs / length;
  const start = (outputs * inputs * bits) / 8;
  const scales = new Float32Array(bytes.slice(start, start + 4 * outputs * groups).buffer);
  const points = bytes.subarray(start + 4 * outputs * groups);
  return Array.from({ length: outputs * inputs }, (_, at) => {
    const group = Math.floor(at / inputs) * groups + Math.floor((at % inputs) / length);
    const element = bits === 8 ? bytes[at]! : (bytes[at >> 1]! >> (4 * (at & 1))) & 15;
    return (element - (zeroPoints ? points[group]! : 2 ** (bits - 1))) * scales[group]!;
  });
}

const forms: Form[] = [INT4, UINT4, INT8, UINT8].flatMap((type) =>
  [16, 32, 0].flatMap((block) =>
    [false, true].flatMap((transposed) =>
      [false, true].map((zeroPoints) => ({ type, block, transposed, zeroPoints, half: block === 16 })),
    ),
  ),
);

describe.each(forms)('weights of type $type, blocks of $block', (form) => {
  const signed = form.type === INT4 || form.type === INT8;
  const bits = form.type === INT4 || form.type === UINT4 ? 4 : 8;
  const length = form.block === 0 ? inputs : form.block;
  // Unsigned codes without zero points count from zero: they run as they are.
  const rewritten = signed || form.zeroPoints;

  it(`${form.transposed ? 'before a Transpose' : 'inputs first'}, zero points ${form.zeroPoints}`, async () => {
    const model = await openSmall(dequantizedGraph(form));
    const { graph, plan } = planOf(model, cpuProfile);
    const operators = graph.node.map(({ opType }) => opType);
    if (!rewritten) {
      expect(operators).toContain('DequantizeLinear');
      expect(operators).not.toContain('MatMulNBits');
      return;
    }
    const info = model.checkpoint.tensors.get('head.weight')!;
    expect(info).toMatchObject({
      type: bits === 4 ? 'U4' : 'U8',
      shape: [outputs, inputs],
      scaleBlock: [1, length],
    });
    expect(info.zeroPoints ?? false).toBe(form.zeroPoints);
    const bytes = await model.checkpoint.readTensor('head.weight');
    expect(bytes.byteLength).toBe(info.byteLength);
    const wanted = Array.from({ length: outputs * inputs }, (_, at) => {
      const [input, output] = [at % inputs, Math.floor(at / inputs)];
      const group = Math.floor(input / length);
      const zero = form.zeroPoints ? zeroPointOf(group, output, form) : 0;
      return (code(input, output, signed, bits) - zero) * scaleOf(group, output);
    });
    expect(decode(bytes, bits, length, form.zeroPoints)).toEqual(wanted);
    expect([...model.checkpoint.tensors.keys()].filter((name) => name.startsWith('head'))).toEqual([
      'head.weight',
    ]);

    expect(operators).not.toContain('DequantizeLinear');
    expect(operators).not.toContain('Transpose');
    const product = graph.node.find(({ opType }) => opType === 'MatMulNBits')!;
    expect(product.input).toHaveLength(form.zeroPoints ? 4 : 3);
    expect(attribute(product, 'bits')).toBe(bits);
    expect(attribute(product, 'accuracy_level')).toBe(4);
    expect(plan.fidelity.find(({ tensor }) => tensor === 'head.weight')!.kind).toBe('exact');
    const exact = planOf(model, cpuExactProfile).graph.node.map(({ opType }) => opType);
    expect(exact).toContain('FusedMatMul');
    expect(exact).not.toContain('MatMulNBits');
  });
});

function planOf(model: Awaited<ReturnType<typeof openSmall>>, profile: typeof cpuProfile) {
  const plan = model.plan({ profile });
  return { plan, graph: parseGraph(plan.model) };
}
