/** Vocabularies that are measured. */
export type VocabularyName = 'llama-3.1' | 'cl100k' | 'o200k';

export type LibraryName =
  | 'llamella'
  | '@huggingface/tokenizers'
  | 'tokenizers (Rust)'
  | 'gpt-tokenizer'
  | 'js-tiktoken';

/** A library with a vocabulary. */
export interface Contender {
  readonly library: LibraryName;
  readonly vocabulary: VocabularyName;
}

export const versions = {
  '@huggingface/tokenizers': '0.2.0',
  'gpt-tokenizer': '4.0.0',
  'js-tiktoken': '1.0.21',
} as const;

/** Of the Python package `tokenizers`, whose work is done in Rust. */
export const rustVersion = '0.23.3';

/** Measured on every text. The first of each vocabulary is compared with the others. */
export const contenders: readonly Contender[] = [
  { library: 'llamella', vocabulary: 'llama-3.1' },
  { library: '@huggingface/tokenizers', vocabulary: 'llama-3.1' },
  { library: 'tokenizers (Rust)', vocabulary: 'llama-3.1' },
  { library: 'llamella', vocabulary: 'cl100k' },
  { library: 'gpt-tokenizer', vocabulary: 'cl100k' },
  { library: 'llamella', vocabulary: 'o200k' },
  { library: 'gpt-tokenizer', vocabulary: 'o200k' },
];

/** Measured on words of a million letters. */
export const hostileContenders: readonly Contender[] = [
  ...contenders.filter(({ vocabulary }) => vocabulary !== 'cl100k'),
  { library: 'js-tiktoken', vocabulary: 'o200k' },
];
