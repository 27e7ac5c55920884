import type { TensorType } from '@llamella/spec';
import { type GgufContents, type GgufField, ggufByteLength, writeGguf } from '@llamella/weights';
import type { MadeFile } from '../serve.ts';

/** Shape of a Llama. */
export interface ModelShape {
  readonly layers: number;
  readonly width: number;
  readonly feedForward: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly vocabulary: number;
}

/** Llama 3.1 8B. */
export const llama8b: ModelShape = {
  layers: 32,
  width: 4096,
  feedForward: 14336,
  heads: 32,
  keyValueHeads: 8,
  vocabulary: 128256,
};

/** Weights of a file: the same bytes again and again, from `start` to `end`. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly pattern: Uint8Array;
}

const PATTERN_BLOCKS = 4096;
const BLOCK_BYTES = 18;

/**
 * The files of a split GGUF model of a shape, whose weights are random blocks of Q4_0 that repeat; nothing is stored.
 *
 * @param count of files; each has whole layers
 */
export async function madeModel(shape: ModelShape, count: number): Promise<MadeFile[]> {
  const tensors = tensorsOf(shape);
  const size = Math.ceil(tensors.length / count);
  return Promise.all(
    Array.from({ length: count }, (_, index) => {
      const fields = index === 0 ? metadata(shape) : [];
      const split: [string, GgufField][] = [
        ['split.no', { type: 'uint16', value: index }],
        ['split.count', { type: 'uint16', value: count }],
        ['split.tensors.count', { type: 'int32', value: tensors.length }],
      ];
      return madeFile(new Map([...fields, ...split]), tensors.slice(index * size, (index + 1) * size));
    }),
  );
}

interface Tensor {
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly number[];
}

function tensorsOf({ layers, width, feedForward, heads, keyValueHeads, vocabulary }: ModelShape): Tensor[] {
  const keys = (width / heads) * keyValueHeads;
  const matrix = (name: string, outputs: number, inputs: number): Tensor => ({
    name: `${name}.weight`,
    type: 'Q4_0',
    shape: [outputs, inputs],
  });
  const norm = (name: string): Tensor => ({ name: `${name}.weight`, type: 'F32', shape: [width] });
  const layer = (_: unknown, index: number) => {
    const name = `blk.${index}`;
    return [
      norm(`${name}.attn_norm`),
      matrix(`${name}.attn_q`, width, width),
      matrix(`${name}.attn_k`, keys, width),
      matrix(`${name}.attn_v`, keys, width),
      matrix(`${name}.attn_output`, width, width),
      norm(`${name}.ffn_norm`),
      matrix(`${name}.ffn_gate`, feedForward, width),
      matrix(`${name}.ffn_up`, feedForward, width),
      matrix(`${name}.ffn_down`, width, feedForward),
    ];
  };
  return [
    matrix('token_embd', vocabulary, width),
    ...Array.from({ length: layers }, layer).flat(),
    norm('output_norm'),
    matrix('output', vocabulary, width),
  ];
}

function metadata(shape: ModelShape): [string, GgufField][] {
  const number = (name: string, value: number): [string, GgufField] => [
    `llama.${name}`,
    { type: 'uint32', value },
  ];
  return [
    ['general.architecture', 'llama'],
    number('context_length', 8192),
    number('block_count', shape.layers),
    number('embedding_length', shape.width),
    number('feed_forward_length', shape.feedForward),
    number('attention.head_count', shape.heads),
    number('attention.head_count_kv', shape.keyValueHeads),
    number('vocab_size', shape.vocabulary),
    ['llama.attention.layer_norm_rms_epsilon', { type: 'float32', value: 1e-5 }],
    ['llama.rope.freq_base', { type: 'float32', value: 500_000 }],
  ];
}

async function madeFile(fields: Map<string, GgufField>, tensors: readonly Tensor[]): Promise<MadeFile> {
  const none = async function* () {};
  const contents: GgufContents = {
    metadata: fields,
    tensors: tensors.map((tensor) => ({ ...tensor, data: none })),
  };
  const size = ggufByteLength(contents);
  const header = await headerOf(contents);
  const stretches: Stretch[] = [];
  let start = header.length;
  for (const { type, shape } of tensors) {
    const count = shape.reduce((product, each) => product * each, 1);
    const end = start + (type === 'F32' ? 4 * count : (count / 32) * BLOCK_BYTES);
    stretches.push({ start, end, pattern: type === 'F32' ? ones : blocks });
    start = Math.ceil(end / 32) * 32;
  }
  if (start !== size) throw new Error(`${start} bytes, not ${size}`);
  return { size, bytes: (from, to) => bytesOf(header, stretches, from, to) };
}

/** A writer puts the header first, in one piece. */
async function headerOf(contents: GgufContents): Promise<Uint8Array> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array>();
  const write = async (bytes: Uint8Array) => resolve(bytes.slice());
  await writeGguf(contents, { write }).catch(() => undefined);
  return promise;
}

function bytesOf(header: Uint8Array, stretches: readonly Stretch[], from: number, to: number): Uint8Array {
  const bytes = new Uint8Array(to - from);
  if (from < header.length) bytes.set(header.subarray(from, to));
  for (const { start, end, pattern } of stretches) {
    const last = Math.min(end, to);
    for (let at = Math.max(start, from); at < last; ) {
      const offset = (at - start) % pattern.length;
      const part = pattern.subarray(offset, Math.min(pattern.length, offset + last - at));
      bytes.set(part, at - from);
      at += part.length;
    }
  }
  return bytes;
}

const ones = new Uint8Array(new Float32Array(1024).fill(1).buffer);
const blocks = new Uint8Array(PATTERN_BLOCKS * BLOCK_BYTES);
let state = 1;
for (let at = 0; at < blocks.length; at++) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  blocks[at] = state >>> 24;
}
// A scale of 2 ** -10, float16.
for (let at = 0; at < blocks.length; at += BLOCK_BYTES) blocks.set([0x00, 0x14], at);
