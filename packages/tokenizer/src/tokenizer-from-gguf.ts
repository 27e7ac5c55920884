import type { FileOptions } from './file-options.ts';
import { readGgufPairs } from './gguf-pairs.ts';
import type { GgufReaders } from './gguf-readers.ts';
import { readGgufScoredPairs, readGgufUnigram } from './gguf-sentence-piece.ts';
import { readGgufWordPiece } from './gguf-word-piece.ts';
import { type GgufMetadata, readTokenizerGguf } from './read-tokenizer-gguf.ts';
import type { TextTokenizer } from './text-tokenizer.ts';

const readers: GgufReaders = {
  kinds: {
    gpt2: readGgufPairs,
    gemma4: readGgufPairs,
    llama: readGgufScoredPairs,
    t5: readGgufUnigram,
    bert: readGgufWordPiece,
  },
  advice: 'only "gpt2", "gemma4", "llama", "t5" and "bert" are read',
};

/**
 * Makes the tokenizer that the metadata of a GGUF file describes (`tokenizer.ggml.*`): BPE (`gpt2`, `gemma4`),
 * SentencePiece (`llama`, `t5`) or WordPiece (`bert`).
 *
 * @param metadata arrays as JavaScript arrays or typed arrays, integers as numbers or bigints
 * @throws {InvalidFileError} naming the key that is missing or wrong
 * @throws {UnsupportedError} when the file has another kind of tokenizer, or a `tokenizer.ggml.pre` that is not
 *   known
 */
export function tokenizerFromGguf(metadata: GgufMetadata, options: FileOptions = {}): TextTokenizer {
  return readTokenizerGguf(metadata, options, readers);
}
