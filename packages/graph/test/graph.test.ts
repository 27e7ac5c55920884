import { fromBinary } from '@bufbuild/protobuf';
import { buildGraph, cpuExactProfile, cpuProfile, webgpuProfile } from '@llamella/graph';
import { ModelProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { type CheckpointHead, describeCheckpoint } from './checkpoint.ts';
import { attribute, externalData, parseGraph } from './parse-model.ts';
import { variants } from './variants.ts';

const elementSizes: Record<number, number> = { 1: 4, 2: 1, 3: 1, 6: 4, 7: 8, 10: 2, 16: 2 };

describe.each(variants)('the graph of $title', ({ checkpoint, profile }) => {
  const plan = buildGraph(checkpoint, { profile, contextLength: 100 });
  const graph = parseGraph(plan.model);

  it('names its format, operator sets and graph', () => {
    const { irVersion, opsetImport } = fromBinary(ModelProtoSchema, plan.model);
    expect(irVersion).toBe(10n);
    const versions = opsetImport.map(({ domain, version }) => [domain, Number(version)]);
    expect(versions).toEqual([
      ['', 21],
      ['com.microsoft', 1],
    ]);
    expect(graph.name).not.toBe('');
  });

  it('makes every value before it is used, once, and uses every constant', () => {
    const made = new Set<string>([...graph.input, ...graph.initializer].map(({ name }) => name));
    expect(made.size).toBe(graph.input.length + graph.initializer.length);
    const read = new Set<string>();
    for (const node of graph.node) {
      for (const input of node.input.filter((name) => name !== '')) {
        expect(made, `${node.name} reads ${input}`).toContain(input);
        read.add(input);
      }
      for (const output of node.output.filter((name) => name !== '')) {
        expect(made, `${node.name} writes ${output}`).not.toContain(output);
        made.add(output);
      }
    }
    for (const { name } of graph.output) expect(made).toContain(name);
    for (const { name } of [...graph.input, ...graph.initializer]) expect(read).toContain(name);
    expect(new Set(graph.node.map(({ name }) => name)).size).toBe(graph.node.length);
  });

  it('refers to external data that the plan lays out: aligned, without gaps of a line or overlap', () => {
    const ranges = new Map<string, string>();
    for (const tensor of graph.initializer) {
      const size = tensor.dims.reduce((product, dimension) => product * Number(dimension), 1);
      const bytes = size * elementSizes[tensor.dataType]!;
      if (tensor.externalData.length === 0) {
        expect(tensor.rawData.byteLength).toBe(bytes);
        continue;
      }
      const { location, offset, length } = externalData(tensor);
      expect(location).toBe(plan.externalFile);
      expect(length).toBe(bytes);
      ranges.set(`${offset}:${length}`, tensor.name);
    }
    expect(plan.offsets).toHaveLength(plan.initializers.length);
    let end = 0;
    for (const [index, { name, byteLength }] of plan.initializers.entries()) {
      const offset = plan.offsets[index]!;
      expect(offset % 64, name).toBe(0);
      expect(offset - end, name).toBeGreaterThanOrEqual(0);
      expect(offset - end, name).toBeLessThan(64);
      expect(ranges.delete(`${offset}:${byteLength}`), name).toBe(true);
      end = offset + byteLength;
    }
    expect(plan.externalByteLength).toBe(end);
    expect([...ranges.values()]).toEqual([]);
  });

  it('has the inputs and outputs that a runtime binds', () => {
    const { config } = checkpoint;
    const shapes = (values: typeof graph.input) =>
      Object.fromEntries(
        values.map(({ name, type }) => {
          if (type?.value.case !== 'tensorType') throw new Error(`${name} is no tensor`);
          const { elemType, shape } = type.value.value;
          return [name, [elemType, ...(shape?.dim ?? []).map(({ value }) => `${value.value}`)]];
        }),
      );
    const cache = [
      profile.floatType === 'float16' ? 10 : 1,
      '1',
      `${config.keyValueHeadCount}`,
      'capacity',
      `${config.headSize}`,
    ];
    const layers = Array.from({ length: config.layerCount }, (_, layer) => layer);
    const cached = (name: string) =>
      Object.fromEntries(
        layers.flatMap((layer) => [
          [`${name}.${layer}.key`, cache],
          [`${name}.${layer}.value`, cache],
        ]),
      );
    expect(shapes(graph.input)).toEqual({
      input_ids: [plan.interface.tokenType === 'int64' ? 7 : 6, '1', 'tokens'],
      seqlens_k: [6, '1'],
      total_sequence_length: [6, ...plan.interface.totalLengthShape.map(String)],
      logit_rows: [7, 'rows'],
      ...(plan.interface.positionInput ? { position: [7, '1'] } : {}),
      ...cached('past_key_values'),
    });
    expect(shapes(graph.output)).toEqual({
      logits: [1, '1', 'rows', `${config.vocabularySize}`],
      ...cached('present'),
    });
    expect(plan.interface).toMatchObject({
      layerCount: config.layerCount,
      keyValueHeadCount: config.keyValueHeadCount,
      headSize: config.headSize,
      vocabularySize: config.vocabularySize,
      contextLength: 100,
      cacheType: profile.floatType,
    });
  });

  it('accounts for every tensor', () => {
    const accounted = new Set(plan.fidelity.map(({ tensor }) => tensor));
    expect([...accounted].sort()).toEqual([...checkpoint.tensors.keys()].sort());
    for (const { kind, bound } of plan.fidelity) expect(bound > 0).toBe(kind === 're-gridded');
  });

  it('multiplies with dimensions that agree', () => {
    const dims = new Map(graph.initializer.map(({ name, dims }) => [name, dims.map(Number)]));
    for (const node of graph.node.filter(({ opType }) => opType === 'MatMulNBits')) {
      const [outputs, inputs, bits, block] = ['N', 'K', 'bits', 'block_size'].map(
        (name) => attribute(node, name)!,
      ) as [number, number, number, number];
      const blocks = Math.ceil(inputs / block);
      expect(dims.get(node.input[1]!)).toEqual([outputs, blocks, (block * bits) / 8]);
      expect(dims.get(node.input[2]!)).toEqual([outputs, blocks]);
      if (node.input[3]) expect(dims.get(node.input[3])).toEqual([outputs, Math.ceil((blocks * bits) / 8)]);
    }
  });
});

describe('tied embeddings', () => {
  it.each(['F32', 'Q4_0', 'Q8_0'] as const)('are stored once in %s', (type) => {
    const tied = describeCheckpoint({ type });
    const untied = describeCheckpoint({ type, tiedEmbeddings: false });
    for (const profile of [cpuProfile, cpuExactProfile, webgpuProfile]) {
      const graph = parseGraph(buildGraph(tied, { profile }).model);
      const offsets = graph.initializer
        .filter((tensor) => tensor.externalData.length > 0)
        .map((tensor) => externalData(tensor).offset);
      const shared = offsets.length - new Set(offsets).size;
      expect(shared).toBe(type === 'F32' || profile === cpuExactProfile ? 1 : 2);
      const saved =
        buildGraph(untied, { profile }).externalByteLength - buildGraph(tied, { profile }).externalByteLength;
      const bits = type === 'F32' || profile === cpuExactProfile ? 32 : type === 'Q4_0' ? 5 : 9;
      expect(saved).toBe((96 * 64 * bits) / 8);
    }
  });
});

describe('an embedding of 16-bit numbers', () => {
  const build = (type: 'F16' | 'BF16', tiedEmbeddings: boolean, profile = cpuProfile) => {
    const { initializers, fidelity } = buildGraph(describeCheckpoint({ type, tiedEmbeddings }), { profile });
    const table = initializers.find(({ name }) => name === 'embedding');
    const entry = fidelity.find(({ tensor }) => tensor === 'token_embd.weight');
    return { dataType: table?.dataType, byteLength: table?.byteLength, kind: entry?.kind };
  };

  it('stays as it is where only rows of it are looked up', () => {
    const byteLength = 96 * 64 * 2;
    expect(build('F16', false)).toEqual({ dataType: 'float16', byteLength, kind: 'exact' });
    expect(build('BF16', false)).toEqual({ dataType: 'bfloat16', byteLength, kind: 'exact' });
  });

  it('is widened where it is the head too, and where a backend cannot look such numbers up', () => {
    const widened = { dataType: 'float32', byteLength: 96 * 64 * 4, kind: 'decoded' };
    expect(build('F16', true)).toEqual(widened);
    expect(build('BF16', false, webgpuProfile)).toEqual(widened);
  });
});

describe('a profile', () => {
  it('stacks query, key and value only where their types agree', () => {
    const projections = (checkpoint: CheckpointHead, profile = cpuProfile) =>
      parseGraph(buildGraph(checkpoint, { profile }).model).node.filter(
        ({ opType, input }) => opType === 'MatMulNBits' && input[0] === 'layer.0.normed',
      ).length;
    const mixed = describeCheckpoint({ type: (name) => (name.includes('attn_v') ? 'Q8_0' : 'Q4_0') });
    expect(projections(describeCheckpoint({ type: 'Q4_0' }))).toBe(1);
    expect(projections(mixed)).toBe(3);
    expect(projections(describeCheckpoint({ type: 'Q4_0' }), webgpuProfile)).toBe(3);
  });

  it('decides about token type and SiLU', () => {
    const types = (profile: typeof cpuProfile) =>
      new Set(
        parseGraph(buildGraph(describeCheckpoint(), { profile }).model).node.map(({ opType }) => opType),
      );
    expect(types(cpuProfile)).toContain('QuickGelu');
    expect(types(webgpuProfile)).not.toContain('QuickGelu');
    expect(types(webgpuProfile)).toContain('Sigmoid');
    expect(buildGraph(describeCheckpoint(), { profile: webgpuProfile }).interface.tokenType).toBe('int32');
  });
});
