import { TokenKind } from './token-kind.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Texts of control tokens after which models stop, and of borders of files and padding in fill-in-the-middle training. */
const knownTexts =
  '<|eot_id|> <|eom_id|> <|im_end|> <|end|> <|return|> <|call|> <|calls|> <|flush|> <|endoftext|> <|end_of_text|> <|tool_response> <end_of_turn> <end_of_utterance> <turn|> <eos> </s> <EOT> _<EOT> [EOT] [EOS] [e~[ <｜end▁of▁sentence｜> <|fim_pad|> <fim-pad> <fim_pad> <PAD> [PAD] <|fim_repo|> <|repo_name|> <fim-repo> <REPO> <reponame> <|file_sep|>';

/**
 * Ids after which generation ends: those that the file names, and control tokens with a text known to mean it.
 *
 * Source: `llama_vocab::impl::load` in src/llama-vocab.cpp of https://github.com/ggml-org/llama.cpp, which also
 * turns tokens with such a text into control tokens; here a token that is not one is left alone.
 */
export function endOfGenerationIds(
  vocabulary: Vocabulary,
  named: readonly (number | undefined)[],
): Set<number> {
  const known = knownTexts
    .split(' ')
    .map((text) => vocabulary.idOf(text))
    .filter((id) => id !== undefined && vocabulary.kinds[id] === TokenKind.control);
  const ids = new Set([...named, ...known].filter((id) => id !== undefined));
  // gpt-oss: with these two, <|end|> only ends a part of the answer.
  const [end, answer, call] = ['<|end|>', '<|return|>', '<|call|>'].map((text) => vocabulary.idOf(text));
  if (end !== undefined && answer !== undefined && call !== undefined) ids.delete(end);
  return ids;
}
