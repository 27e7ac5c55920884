import { open } from 'node:fs/promises';
import { ALIGNMENT, ggufHeader, type TableRow } from './gguf-header.ts';
import { type ModelShape, tensorsOf } from './model-shape.ts';
import { blockTypes, randomBlocks, randomBytes } from './random-blocks.ts';
import { llamaTokenizer } from './tokenizer-metadata.ts';

const blocksAtOnce = 65_536;

/** Writes a GGUF file of random weights, block by block. @returns its size in bytes */
export async function generateGguf(path: string, shape: ModelShape): Promise<number> {
  const tensors = tensorsOf(shape);
  const rows: TableRow[] = [];
  let offset = 0;
  for (const { name, type, shape } of tensors) {
    const { typeNumber, elements, bytes } = blockTypes[type];
    rows.push({ name, typeNumber, shape, offset });
    const size = (shape.reduce((product, length) => product * length, 1) / elements) * bytes;
    offset += size + (-size & (ALIGNMENT - 1));
  }
  const header = ggufHeader(
    {
      'general.architecture': { string: 'llama' },
      'general.name': { string: 'random weights' },
      'llama.context_length': { uint32: shape.context },
      'llama.embedding_length': { uint32: shape.hidden },
      'llama.block_count': { uint32: shape.layers },
      'llama.feed_forward_length': { uint32: shape.intermediate },
      'llama.attention.head_count': { uint32: shape.heads },
      'llama.attention.head_count_kv': { uint32: shape.keyValueHeads },
      'llama.attention.layer_norm_rms_epsilon': { float32: 1e-5 },
      'llama.rope.freq_base': { float32: 500_000 },
      ...llamaTokenizer(),
    },
    rows,
  );
  const file = await open(path, 'w');
  try {
    await file.write(header);
    const random = randomBytes();
    for (const [index, { type, shape }] of tensors.entries()) {
      const { elements } = blockTypes[type];
      let left = shape.reduce((product, length) => product * length, 1) / elements;
      let at = header.byteLength + rows[index]!.offset;
      while (left > 0) {
        const count = Math.min(left, blocksAtOnce);
        const data = randomBlocks(type, count, random);
        await file.write(data, 0, data.byteLength, at);
        at += data.byteLength;
        left -= count;
      }
    }
    await file.truncate(header.byteLength + offset);
    return header.byteLength + offset;
  } finally {
    await file.close();
  }
}
