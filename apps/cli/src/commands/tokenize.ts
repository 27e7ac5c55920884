import type { CommandContext } from '../command-context.ts';
import { writeJson, writeResult } from '../output.ts';
import { parseTokenIds } from '../parse-token-ids.ts';
import { withProgress } from '../progress-bar.ts';
import { readInput } from '../read-input.ts';

export interface TokenizeFlags {
  /** `false` for `--no-special-tokens`. */
  specialTokens: boolean;
  decode?: boolean;
  json?: boolean;
}

/** `tokenize`: stdin text to token ids, or back with `--decode`. The text is taken and given byte for byte. */
export async function tokenize(
  reference: string,
  flags: TokenizeFlags,
  context: CommandContext,
): Promise<void> {
  const { loadTokenizer } = await context.importLlamella();
  const { signal } = context.interruption;
  const tokenizer = await withProgress(context, (onProgress) =>
    loadTokenizer(reference, { signal, onProgress }),
  );
  const input = await readInput(context);
  if (flags.decode) {
    const ids = parseTokenIds(input, tokenizer.vocabularySize);
    const text = tokenizer.decode(ids, { skipSpecialTokens: !flags.specialTokens });
    if (flags.json) return await writeJson(context, { text });
    const lineFeed = context.stdout.isTTY && !text.endsWith('\n') ? '\n' : '';
    return await writeResult(context, text + lineFeed);
  }
  const ids = tokenizer.encode(input, { addSpecialTokens: flags.specialTokens });
  if (flags.json) return await writeJson(context, { ids });
  await writeResult(context, `${ids.join(' ')}\n`);
}
