import { createRandom } from '@llamella/conformance';
import type { TensorType } from '@llamella/spec';
import { encodeTensor } from '@llamella/weights';
import { ggufFile, type MetadataValue, type StoredTensor } from './gguf-file.ts';

export interface TinyOptions {
  /** Added to the metadata, or put in the place of what is there; `undefined` removes. */
  readonly metadata?: Readonly<Record<string, MetadataValue | undefined>>;
  /** How matrices are stored. Default `F32`. */
  readonly type?: TensorType;
  /** Last word on each tensor; `undefined` leaves it out. */
  readonly tensor?: (tensor: StoredTensor) => StoredTensor | undefined;
}

export const controlTokens = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'];
export const chatTemplate =
  "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}" +
  '{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}';

const HIDDEN = 64;
const INTERMEDIATE = 256;
const LAYERS = 2;
const QUERY_WIDTH = 64;
const KEY_VALUE_WIDTH = 32;

/** The characters by which byte-level BPE writes the 256 bytes. */
const bytes = Array.from({ length: 256 }, (_, byte) => byte);
const isPlain = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
const replaced = bytes.filter((byte) => !isPlain(byte));
const byteTokens = bytes.map((byte) =>
  String.fromCharCode(isPlain(byte) ? byte : 256 + replaced.indexOf(byte)),
);
const tokens = [...controlTokens, ...byteTokens];

const defaults: Record<string, MetadataValue> = {
  'general.architecture': { string: 'llama' },
  'general.name': { string: 'tiny' },
  'llama.context_length': { uint32: 256 },
  'llama.embedding_length': { uint32: HIDDEN },
  'llama.block_count': { uint32: LAYERS },
  'llama.feed_forward_length': { uint32: INTERMEDIATE },
  'llama.attention.head_count': { uint32: 4 },
  'llama.attention.head_count_kv': { uint32: 2 },
  'llama.attention.layer_norm_rms_epsilon': { float32: 1e-5 },
  'tokenizer.ggml.model': { string: 'gpt2' },
  'tokenizer.ggml.pre': { string: 'gpt-2' },
  'tokenizer.ggml.tokens': { strings: tokens },
  'tokenizer.ggml.token_type': { int32s: tokens.map((_, id) => (id < controlTokens.length ? 3 : 1)) },
  'tokenizer.ggml.merges': { strings: [] },
  'tokenizer.ggml.bos_token_id': { uint32: 0 },
  'tokenizer.ggml.eos_token_id': { uint32: 2 },
  'tokenizer.chat_template': { string: chatTemplate },
};

/** A Llama of 140,000 random weights with a tokenizer of one token per byte, as a GGUF file. */
export function tinyGguf({
  metadata = {},
  type = 'F32',
  tensor = (each) => each,
}: TinyOptions = {}): Uint8Array {
  const random = createRandom(5);
  const tensors: StoredTensor[] = [];
  const add = (name: string, storedAs: TensorType, shape: readonly number[], value: () => number) => {
    const elements = shape.reduce((product, size) => product * size, 1);
    const stored = encodeTensor(storedAs, Float32Array.from({ length: elements }, value), shape);
    const kept = tensor({ name, type: storedAs, shape, bytes: stored });
    if (kept) tensors.push(kept);
  };
  const matrix = (name: string, outputs: number, inputs: number, gain = 1) =>
    add(name, type, [outputs, inputs], () => (2 * random.next() - 1) * gain * Math.sqrt(3 / inputs));
  const vector = (name: string) => add(name, 'F32', [HIDDEN], () => 0.5 + random.next());
  matrix('token_embd.weight', tokens.length, HIDDEN, 2);
  for (let layer = 0; layer < LAYERS; layer++) {
    const prefix = `blk.${layer}`;
    vector(`${prefix}.attn_norm.weight`);
    matrix(`${prefix}.attn_q.weight`, QUERY_WIDTH, HIDDEN, 1.5);
    matrix(`${prefix}.attn_k.weight`, KEY_VALUE_WIDTH, HIDDEN, 1.5);
    matrix(`${prefix}.attn_v.weight`, KEY_VALUE_WIDTH, HIDDEN);
    matrix(`${prefix}.attn_output.weight`, HIDDEN, QUERY_WIDTH);
    vector(`${prefix}.ffn_norm.weight`);
    matrix(`${prefix}.ffn_gate.weight`, INTERMEDIATE, HIDDEN);
    matrix(`${prefix}.ffn_up.weight`, INTERMEDIATE, HIDDEN);
    matrix(`${prefix}.ffn_down.weight`, HIDDEN, INTERMEDIATE);
  }
  vector('output_norm.weight');
  const entries = Object.entries({ ...defaults, ...metadata }).filter(
    (entry): entry is [string, MetadataValue] => entry[1] !== undefined,
  );
  return ggufFile(Object.fromEntries(entries), tensors);
}
