/** A tensor to generate. */
export interface ShapedTensor {
  readonly name: string;
  readonly type: 'F32' | 'Q4_K' | 'Q6_K';
  /** Outermost dimension first. */
  readonly shape: readonly number[];
}

/** Sizes of a Llama. */
export interface ModelShape {
  readonly layers: number;
  readonly hidden: number;
  readonly intermediate: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly vocabulary: number;
  readonly context: number;
}

/** Llama 3.1 8B. */
export const eightBillion: ModelShape = {
  layers: 32,
  hidden: 4096,
  intermediate: 14_336,
  heads: 32,
  keyValueHeads: 8,
  vocabulary: 128_256,
  context: 8192,
};

/** The tensors of such a model, of the types that llama.cpp's `Q4_K_M` gives them. */
export function tensorsOf(shape: ModelShape): ShapedTensor[] {
  const { layers, hidden, intermediate, heads, keyValueHeads, vocabulary } = shape;
  const width = (hidden / heads) * keyValueHeads;
  const tensors: ShapedTensor[] = [];
  const matrix = (name: string, rows: number, columns: number, more = false) =>
    tensors.push({ name, type: more ? 'Q6_K' : 'Q4_K', shape: [rows, columns] });
  const norm = (name: string) => tensors.push({ name, type: 'F32', shape: [hidden] });
  matrix('token_embd.weight', vocabulary, hidden);
  for (let layer = 0; layer < layers; layer++) {
    const eighth = Math.floor(layers / 8);
    const more = layer < eighth || layer >= 7 * eighth || (layer - eighth) % 3 === 2;
    const at = `blk.${layer}`;
    norm(`${at}.attn_norm.weight`);
    matrix(`${at}.attn_q.weight`, hidden, hidden);
    matrix(`${at}.attn_k.weight`, width, hidden);
    matrix(`${at}.attn_v.weight`, width, hidden, more);
    matrix(`${at}.attn_output.weight`, hidden, hidden);
    norm(`${at}.ffn_norm.weight`);
    matrix(`${at}.ffn_gate.weight`, intermediate, hidden);
    matrix(`${at}.ffn_up.weight`, intermediate, hidden);
    matrix(`${at}.ffn_down.weight`, hidden, intermediate, more);
  }
  norm('output_norm.weight');
  matrix('output.weight', vocabulary, hidden, true);
  return tensors;
}
