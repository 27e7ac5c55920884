import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { cpuExactProfile } from '@llamella/graph';
import { LlamellaError } from '@llamella/spec';
import { ModelProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { configuration, node, openSmall, serialize, smallGraph } from './genai-graph.ts';

/** Numbers from 0 up to `limit`, the same each time (Marsaglia's xorshift). */
function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** Opens and plans; bytes that make no model must end in an error of this project. */
async function survive(bytes: Uint8Array, config: unknown = configuration()): Promise<'plan' | 'error'> {
  try {
    (await openSmall(bytes, config)).plan({ profile: cpuExactProfile });
    return 'plan';
  } catch (error) {
    if (!LlamellaError.isInstance(error)) throw error;
    return 'error';
  }
}

describe('a graph file', () => {
  const bytes = serialize(smallGraph());

  it('is refused when it is cut off', async () => {
    for (let length = 0; length < bytes.byteLength; length += length < 2000 ? 7 : 997) {
      expect(await survive(bytes.subarray(0, length)), `${length} bytes`).toBe('error');
    }
  });

  it('is refused, or planned, when bytes of it are changed', async () => {
    const random = generator(12345);
    const outcomes = new Set<string>();
    for (let round = 0; round < 1500; round++) {
      const damaged = bytes.slice();
      for (let count = 0; count <= random(4); count++) damaged[random(bytes.byteLength)] = random(256);
      outcomes.add(await survive(damaged));
      // Names and operators lie behind the nodes' tags, in the first part.
      const early = bytes.slice();
      early[random(1800)] = random(256);
      outcomes.add(await survive(early));
    }
    expect([...outcomes].sort()).toEqual(['error', 'plan']);
  });

  it('is refused when it is noise', async () => {
    const random = generator(99);
    for (let round = 0; round < 300; round++) {
      const noise = Uint8Array.from({ length: random(400) }, () => random(256));
      expect(await survive(noise)).toBe('error');
    }
  });

  it('is refused when it has more parts than any model, before they take memory', async () => {
    // A node without fields takes two bytes.
    const nodes = new Uint8Array(2_000_000);
    for (let at = 0; at < nodes.length; at += 2) nodes[at] = 0x0a;
    const head = [0x3a, ...varintOf(nodes.length)];
    const many = new Uint8Array(head.length + nodes.length);
    many.set(head);
    many.set(nodes, head.length);
    await expect(openSmall(many)).rejects.toThrow('too many parts');
  });

  it('is refused when subgraphs are nested without end', async () => {
    let graph = new Uint8Array(0);
    for (let depth = 0; depth < 60; depth++) {
      // graph > node (1) > attribute (5) > g (6) > graph
      for (const tag of [0x32, 0x2a, 0x0a]) graph = Uint8Array.of(tag, ...varintOf(graph.length), ...graph);
    }
    const nested = Uint8Array.of(0x3a, ...varintOf(graph.length), ...graph);
    await expect(openSmall(nested)).rejects.toThrow('deep');
  });

  it('is refused when nodes wait for each other', async () => {
    const graph = smallGraph();
    graph.node[0]!.input = ['table', 'circle'];
    graph.node.push(node('Add', ['input_ids', 'embedded'], ['circle']));
    await expect(openSmall(graph)).rejects.toThrow('depends on itself');
  });

  it('is refused when a value is made twice, or never', async () => {
    const twice = smallGraph();
    twice.node.push(node('Add', ['embedded', 'embedded'], ['query']));
    await expect(openSmall(twice)).rejects.toThrow('value query is made more than once');
    const never = smallGraph();
    never.node[0]!.input = ['table', 'nothing'];
    await expect(openSmall(never)).rejects.toThrow('reads nothing, which nothing makes');
    const constants = smallGraph();
    constants.initializer.push(constants.initializer[0]!);
    await expect(openSmall(constants)).rejects.toThrow('constant table is there more than once');
  });

  it('is refused when a constant has another size than its shape', async () => {
    const graph = smallGraph();
    graph.initializer[0] = { ...graph.initializer[0]!, dims: [2n ** 40n, 2n ** 40n] };
    await expect(openSmall(graph)).rejects.toThrow('is no shape');
    graph.initializer[0] = { ...graph.initializer[0]!, dims: [-1n, 32n] };
    await expect(openSmall(graph)).rejects.toThrow('is no shape');
    graph.initializer[0] = { ...graph.initializer[0]!, dims: [41n, 32n] };
    await expect(openSmall(graph)).rejects.toThrow('has 5120 bytes where its shape [41,32] needs 5248');
    graph.initializer[0] = { ...graph.initializer[0]!, dataType: 8 };
    await expect(openSmall(graph)).rejects.toThrow('of type STRING');
    graph.initializer[0] = { ...graph.initializer[0]!, dataType: 77 };
    await expect(openSmall(graph)).rejects.toThrow('of type type 77');
  });

  it('is refused when it holds functions', async () => {
    const model = fromBinary(ModelProtoSchema, bytes);
    const functions = [{ name: 'f', domain: 'own' }];
    const bad = toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph: model.graph!, functions }));
    await expect(openSmall(bad)).rejects.toThrow('functions');
  });
});

function varintOf(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 127) | 128);
  }
}
