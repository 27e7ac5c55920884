import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { cpuExactProfile, cpuProfile, webgpuProfile } from '@llamella/graph';
import { UnsupportedError } from '@llamella/spec';
import { ModelProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import {
  configuration,
  external,
  FLOAT,
  type GraphInit,
  node,
  openSmall,
  serialize,
  smallGraph,
  value,
} from './genai-graph.ts';
import { parseGraph } from './parse-model.ts';

const options = { profile: cpuExactProfile };

async function planOf(
  graph: GraphInit | Uint8Array = smallGraph(),
  config: unknown = configuration(),
  profile = cpuExactProfile,
) {
  const plan = (await openSmall(graph, config)).plan({ profile });
  return { plan, graph: parseGraph(plan.model) };
}

describe('the plan of a foreign graph', () => {
  it('has the inputs and outputs that runtimes bind', async () => {
    const { plan, graph } = await planOf();
    const names = ['input_ids', 'seqlens_k', 'total_sequence_length', 'logit_rows'];
    const past = ['past_key_values.0.key', 'past_key_values.0.value'];
    expect(graph.input.map(({ name }) => name)).toEqual([...names, ...past]);
    expect(graph.output.map(({ name }) => name)).toEqual(['logits', 'present.0.key', 'present.0.value']);
    expect(plan.interface).toMatchObject({
      ...{ layerCount: 1, keyValueHeadCount: 2, headSize: 16, vocabularySize: 40, contextLength: 64 },
      ...{ positionInput: false, tokenType: 'int64' },
    });
  });

  it('leaves the mask out, and selects rows before the head', async () => {
    const { graph } = await planOf();
    expect(graph.node.map(({ opType }) => opType).sort()).toEqual(
      ['Gather', 'Gather', 'GroupQueryAttention', 'MatMul', 'MatMul', 'MatMul', 'MatMul'].sort(),
    );
    const head = graph.node.find(({ output }) => output[0] === 'logits')!;
    const selection = graph.node.find(({ output }) => output[0] === head.input[0])!;
    expect(selection.input).toEqual(['attended', 'logit_rows']);
  });

  it('keeps what is not recognised', async () => {
    const graph = smallGraph();
    graph.node.at(-1)!.output = ['before'];
    graph.node.push(node('Softmax', ['before'], ['logits']));
    const { graph: planned } = await planOf(graph);
    const last = planned.node.at(-1)!;
    expect(last.opType).toBe('Gather');
    expect(planned.node.map(({ opType }) => opType)).toContain('Softmax');
  });

  it('puts names of its own in place of those of the folder', async () => {
    const graph = smallGraph();
    const config = configuration(
      {},
      {
        inputs: { input_ids: 'tokens', past_key_names: 'k_%d', past_value_names: 'v_%d' },
        outputs: { logits: 'scores', present_key_names: 'new_k_%d', present_value_names: 'new_v_%d' },
      },
    );
    const names = new Map([
      ['input_ids', 'tokens'],
      ['past_key_values.0.key', 'k_0'],
      ['past_key_values.0.value', 'v_0'],
      ['logits', 'scores'],
      ['present.0.key', 'new_k_0'],
      ['present.0.value', 'new_v_0'],
      // Values whose names the plan needs.
      ['embedded', 'logits'],
      ['query', 'position'],
    ]);
    const rename = (name: string | undefined) => names.get(name ?? '') ?? name ?? '';
    for (const each of graph.node) {
      each.input = each.input.map(rename);
      each.output = each.output.map(rename);
    }
    for (const each of [...graph.input, ...graph.output]) each.name = rename(each.name);
    const { graph: planned } = await planOf(graph, config);
    const { graph: usual } = await planOf();
    expect(planned.input.map(({ name }) => name)).toEqual(usual.input.map(({ name }) => name));
    expect(planned.output.map(({ name }) => name)).toEqual(usual.output.map(({ name }) => name));
    expect(planned.node.map(({ opType }) => opType).sort()).toEqual(
      usual.node.map(({ opType }) => opType).sort(),
    );
  });

  it('cuts the context when told to, and to the rotary tables', async () => {
    const model = await openSmall();
    expect(model.plan({ ...options, contextLength: 10 }).interface.contextLength).toBe(10);
    expect(() => model.plan({ ...options, contextLength: 65 })).toThrow('from 1 to 64');
    expect(() => model.plan({ ...options, contextLength: 0 })).toThrow('contextLength');
  });

  it('takes token ids in the type of the backend', async () => {
    const { graph, plan } = await planOf(smallGraph(), configuration(), webgpuProfile);
    expect(plan.interface.tokenType).toBe('int32');
    expect(graph.node.some(({ opType }) => opType === 'Cast')).toBe(false);
    const other = smallGraph();
    other.node[0]!.input = ['table', 'doubled'];
    other.node.push(node('Add', ['input_ids', 'input_ids'], ['doubled']));
    const { graph: planned } = await planOf(other, configuration(), webgpuProfile);
    expect(planned.node.filter(({ opType }) => opType === 'Cast')).toHaveLength(1);
  });

  it('can be made several times, for several backends', async () => {
    const model = await openSmall();
    const first = model.plan({ profile: cpuProfile });
    model.plan({ profile: webgpuProfile });
    expect(model.plan({ profile: cpuProfile })).toEqual(first);
  });

  it('keeps fields that the schema does not know', async () => {
    const graph = smallGraph();
    const unknown = [{ no: 2007, wireType: 2, data: Uint8Array.of(2, 104, 105) }];
    const model = fromBinary(ModelProtoSchema, serialize(graph));
    model.graph!.node.at(-1)!.$unknown = unknown;
    model.$unknown = unknown;
    const { plan, graph: planned } = await planOf(toBinary(ModelProtoSchema, model));
    expect(planned.node.find(({ output }) => output[0] === 'logits')!.$unknown).toEqual(unknown);
    expect(fromBinary(ModelProtoSchema, plan.model).$unknown).toEqual(unknown);
  });
});

describe('a graph is refused', () => {
  const refusal = async (change: (graph: ReturnType<typeof smallGraph>) => void, config?: unknown) => {
    const graph = smallGraph();
    change(graph);
    const model = await openSmall(graph, config ?? configuration());
    return () => model.plan(options);
  };
  const attention = (graph: ReturnType<typeof smallGraph>) =>
    graph.node.find(({ opType }) => opType === 'GroupQueryAttention')!;

  it('with another attention operator, which is named', async () => {
    const plan = await refusal((graph) => {
      attention(graph).opType = 'MultiHeadAttention';
    });
    expect(plan).toThrow(UnsupportedError);
    expect(plan).toThrow('node /attended (MultiHeadAttention)');
  });

  it('with a cache that other nodes read', async () => {
    const plan = await refusal((graph) => {
      graph.node.push(node('Shape', ['past_key_values.0.key'], ['size']));
      graph.node[0]!.input = ['table', 'shifted'];
      graph.node.push(node('Add', ['input_ids', 'size'], ['shifted']));
    });
    expect(plan).toThrow('past_key_values.0.key');
  });

  it('with a quantized cache', async () => {
    const plan = await refusal((graph) => {
      const s = new TextEncoder().encode('PER_TENSOR');
      attention(graph).attribute.push({ name: 'k_quant_type', type: 3, s });
    });
    expect(plan).toThrow('a quantized cache (k_quant_type PER_TENSOR)');
  });

  it('with heads that its configuration does not have', async () => {
    const plan = await refusal(() => {}, configuration({}, { num_attention_heads: 4 }));
    expect(plan).toThrow("2 heads where the folder's configuration has 4");
  });

  it('with heads of another width', async () => {
    const plan = await refusal(() => {}, configuration({}, { head_size: 8 }));
    expect(plan).toThrow('past_key_values.0.key has heads of 16 where model.decoder.head_size is 8');
  });

  it('with fewer layers than its configuration', async () => {
    const plan = await refusal(() => {}, configuration({}, { num_hidden_layers: 1000 }));
    expect(plan).toThrow('layer 1 without keys of its own');
  });

  it('with an input that a text model has not', async () => {
    const plan = await refusal((graph) => {
      graph.input.push(value('pixels', FLOAT, ['batch', 'size']));
      graph.node[1]!.input = ['pixels', 'query.weight'];
    });
    expect(plan).toThrow('input pixels');
  });

  it('without an embedding or a head', async () => {
    const headless = await refusal(() => {}, configuration({}, { outputs: { logits: 'hidden' } }));
    expect(headless).toThrow('without the output hidden');
    const embedded = await refusal(() => {}, configuration({}, { inputs: { input_ids: 'ids' } }));
    expect(embedded).toThrow('without the input ids');
  });
});

describe('external data', () => {
  const graphWith = (entries: Record<string, string>) => {
    const graph = smallGraph();
    graph.initializer[0] = external('table', [40, 32], entries);
    return graph;
  };
  const size = 40 * 32 * 4;
  const files = { 'model.onnx.data': new Uint8Array(size + 100).fill(7) };

  it('is read from where it lies', async () => {
    const entries = { location: 'model.onnx.data', offset: '100', length: String(size) };
    const model = await openSmall(graphWith(entries), configuration(), files);
    expect(model.checkpoint.tensors.get('table')).toMatchObject({ type: 'F32', shape: [40, 32] });
    expect(await model.checkpoint.readTensor('table')).toEqual(new Uint8Array(size).fill(7));
    const { initializers } = model.plan(options);
    expect(initializers.find(({ name }) => name === 'table')!.source).toEqual({
      recipe: { kind: 'stored', tensors: ['table'] },
    });
    await expect(model.checkpoint.readTensor('nothing')).rejects.toThrow('no tensor nothing');
  });

  it.each([
    [{ location: '../model.onnx.data' }, 'outside of the folder'],
    [{ location: '/etc/passwd' }, 'outside of the folder'],
    [{ location: 'C:\\secret' }, 'outside of the folder'],
    [{ location: 'a/../../b' }, 'outside of the folder'],
    [{ location: '\\\\server\\share' }, 'outside of the folder'],
    [{ location: 'https://example.com/a' }, 'outside of the folder'],
    [{ location: 'a\u0000b' }, 'outside of the folder'],
    [{}, 'outside of the folder'],
    [{ location: 'model.onnx.data', offset: '101' }, 'needs bytes 101 to 5221 of model.onnx.data'],
    [{ location: 'model.onnx.data', offset: '-1' }, 'no number of bytes'],
    [{ location: 'model.onnx.data', offset: '1e3' }, 'no number of bytes'],
    [{ location: 'model.onnx.data', offset: '99999999999999999999' }, 'no number of bytes'],
    [{ location: 'model.onnx.data', length: '8' }, 'has 8 bytes of external data'],
  ])('is refused when it is %j', async (entries, message) => {
    await expect(openSmall(graphWith(entries), configuration(), files)).rejects.toThrow(message);
  });
});
