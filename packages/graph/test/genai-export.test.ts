import {
  buildGraph,
  cpuExactProfile,
  cpuProfile,
  genaiConfig,
  genaiGraph,
  webgpuProfile,
} from '@llamella/graph';
import { UnsupportedError } from '@llamella/spec';
import type { ValueInfoProto } from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { type CheckpointOptions, describeCheckpoint } from './checkpoint.ts';
import { externalData, parseGraph } from './parse-model.ts';

const INT64 = 7;
const FLOAT = 1;

function exported(options: CheckpointOptions = {}, profile = cpuProfile) {
  const plan = buildGraph(describeCheckpoint(options), { profile, contextLength: 100 });
  return { plan, converted: genaiGraph(plan, 'model.onnx_data') };
}

function describeValue({ name, type }: ValueInfoProto) {
  const tensor = type!.value;
  if (tensor.case !== 'tensorType') throw new Error(`${name} is no tensor`);
  const shape = tensor.value.shape!.dim.map(({ value }) =>
    value.case === 'dimValue' ? Number(value.value) : value.value,
  );
  return [name, tensor.value.elemType, ...shape];
}

describe.each([
  ['with rotation in the attention operator', { headSize: 16 }, false],
  ['with rotation by nodes', { headSize: 8 }, true],
] as const)('genaiGraph %s', (_, options, hasPositions) => {
  const { plan, converted } = exported({ ...options, type: 'Q4_0' });
  const graph = parseGraph(converted.model);

  test('has the inputs and outputs of GenAI', () => {
    const cache = (name: string, length: string) =>
      [0, 1].flatMap((layer) =>
        ['key', 'value'].map((kind) => [
          `${name}.${layer}.${kind}`,
          FLOAT,
          'batch_size',
          2,
          length,
          options.headSize,
        ]),
      );
    const tokens = ['batch_size', 'sequence_length'];
    const inputs = [
      ['input_ids', INT64, ...tokens],
      ['attention_mask', INT64, 'batch_size', 'total_sequence_length'],
      ...(hasPositions ? [['position_ids', INT64, ...tokens]] : []),
      ...cache('past_key_values', 'past_sequence_length'),
    ];
    const byName = (a: unknown[], b: unknown[]) => (String(a[0]) < String(b[0]) ? -1 : 1);
    expect(graph.input.map(describeValue).sort(byName)).toEqual(inputs.sort(byName));
    const outputs = [['logits', FLOAT, ...tokens, 96], ...cache('present', 'total_sequence_length')];
    expect(graph.output.map(describeValue).sort(byName)).toEqual(outputs.sort(byName));
  });

  test('makes every value before it is used, once', () => {
    const made = new Set([...graph.input, ...graph.initializer].map(({ name }) => name));
    for (const node of graph.node) {
      for (const input of node.input.filter(Boolean)) expect(made, node.name).toContain(input);
      for (const output of node.output.filter(Boolean)) {
        expect(made, node.name).not.toContain(output);
        made.add(output);
      }
    }
    for (const { name } of graph.output) expect(made).toContain(name);
    for (const gone of ['logit_rows', 'position']) expect(made).not.toContain(gone);
  });

  test('keeps the layout of the constants, in another file', () => {
    const stored = graph.initializer.filter((tensor) => tensor.externalData.length > 0);
    expect(new Set(stored.map((tensor) => externalData(tensor).location))).toEqual(
      new Set(['model.onnx_data']),
    );
    const offsets = new Map(stored.map((tensor) => [tensor.name, externalData(tensor).offset]));
    for (const [index, { name }] of plan.initializers.entries()) {
      expect(offsets.get(name)).toBe(plan.offsets[index]);
    }
    expect(converted).toMatchObject({
      externalFile: 'model.onnx_data',
      externalByteLength: plan.externalByteLength,
    });
  });
});

test('a graph with int32 tokens is refused', () => {
  expect(() => exported({}, webgpuProfile)).toThrow(UnsupportedError);
  expect(() => exported({}, cpuExactProfile)).not.toThrow();
});

describe('genaiConfig', () => {
  const { config } = describeCheckpoint();
  const options = { contextLength: 100, filename: 'model.onnx' };

  test('says what the runtime needs', () => {
    const made = genaiConfig(config, { ...options, tokens: { bos: 1, eos: [2] } });
    expect(made).toMatchObject({
      model: {
        ...{
          bos_token_id: 1,
          eos_token_id: 2,
          pad_token_id: 2,
          type: 'llama',
          vocab_size: 96,
          context_length: 100,
        },
        decoder: {
          ...{ filename: 'model.onnx', head_size: 16, hidden_size: 64 },
          ...{ num_attention_heads: 4, num_hidden_layers: 2, num_key_value_heads: 2 },
        },
      },
      search: { max_length: 100, past_present_share_buffer: true, do_sample: false },
    });
    expect(JSON.stringify(made)).not.toContain('position_ids');
  });

  test('has further ids where there are some', () => {
    const tokens = { eos: [5, 6], padding: 0 };
    const { model } = genaiConfig(config, { ...options, tokens, positionInput: true }) as {
      model: { decoder: object };
    };
    expect(model).toMatchObject({ eos_token_id: [5, 6], pad_token_id: 0 });
    expect(model).not.toHaveProperty('bos_token_id');
    expect(model.decoder).toMatchObject({ inputs: { position_ids: 'position_ids' } });
  });

  test('refuses an architecture that the runtime does not know', () => {
    const other = { ...config, architecture: 'mamba' };
    expect(() => genaiConfig(other, { ...options, tokens: { eos: [1] } })).toThrow(/architecture mamba/);
  });
});
