const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const tail = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const cased = '\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}';
const lower = '\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}';
const o200k = (ending: string) =>
  `[^\\r\\n\\p{L}\\p{N}]?[${cased}]*[${lower}]+${ending}|[^\\r\\n\\p{L}\\p{N}]?[${cased}]+[${lower}]*${ending}`;

const words = (digits: string) =>
  `${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${tail}`;

/** How text is cut before byte-level pairs are merged: a step of `pre_tokenizer` in tokenizer.json, without the last. */
export type CuttingStep = { readonly pattern: string } | { readonly digits: true };

/** One way of cutting, with the names that `tokenizer.ggml.pre` has for it, the usual one first. */
export interface Cutting {
  /** Names in GGUF. */
  readonly names: readonly string[];
  /** Steps before the bytes are mapped to letters. */
  readonly steps: readonly CuttingStep[];
  /** Whether GPT-2's pattern, which the step `ByteLevel` has built in, cuts after them. */
  readonly gpt2: boolean;
  /** Whether a piece that is a token is taken whole. */
  readonly ignoreMerges?: boolean;
  /** Whether BOS is put in front where the file does not say. */
  readonly addBos?: boolean;
  /** Normalization of Unicode before all. */
  readonly normalizer?: 'NFC';
}

/**
 * Ways of cutting that both GGUF and tokenizer.json have.
 *
 * Source: `llama_vocab::impl::load` in src/llama-vocab.cpp of https://github.com/ggml-org/llama.cpp, and the
 * tokenizer.json files of the models that the names are from.
 */
export const cuttings: readonly Cutting[] = [
  {
    names: ['llama-bpe', 'llama3', 'llama-v3', 'falcon3', 'falcon-h1', 'pixtral', 'lfm2'],
    steps: [{ pattern: words('{1,3}') }],
    gpt2: false,
    ignoreMerges: true,
    addBos: true,
  },
  { names: ['smaug-bpe', 'dbrx', 'chatglm-bpe'], steps: [{ pattern: words('{1,3}') }], gpt2: false },
  { names: ['glm4'], steps: [{ pattern: words('{1,3}') }], gpt2: false, ignoreMerges: true },
  {
    names: ['qwen2', 'deepseek-r1-qwen', 'stablelm2', 'hunyuan'],
    steps: [{ pattern: words('') }],
    gpt2: false,
    normalizer: 'NFC',
  },
  { names: ['smollm', 'starcoder', 'refact', 'command-r', 'exaone'], steps: [{ digits: true }], gpt2: true },
  { names: ['gpt-2', 'phi-2', 'mpt', 'olmo', 'jais'], steps: [], gpt2: true },
  {
    names: ['gpt-4o', 'llama4'],
    steps: [
      {
        pattern: `${o200k(`${contractions}?`)}|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${tail}`,
      },
    ],
    gpt2: false,
  },
  {
    names: ['tekken'],
    steps: [{ pattern: `${o200k('')}|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${tail}` }],
    gpt2: false,
    ignoreMerges: true,
    addBos: true,
  },
];
