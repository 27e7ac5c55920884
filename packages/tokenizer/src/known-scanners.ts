import type { Scanner } from './scan.ts';
import { gpt2Pattern, scanGpt2 } from './scan-gpt2.ts';
import { llama3Pattern, scanLlama3 } from './scan-llama3.ts';
import { o200kPattern, scanO200k } from './scan-o200k.ts';

/** Llama 3's pattern with single digits, as in Qwen 2. */
const qwen2Pattern = llama3Pattern.replace('{1,3}', '');

const scanners = new Map<unknown, Scanner>([
  [gpt2Pattern, scanGpt2],
  [llama3Pattern, scanLlama3],
  [qwen2Pattern, (text, start, end) => scanLlama3(text, start, end, 1)],
  [o200kPattern, scanO200k],
]);

/**
 * The scanner that does what a pattern of a tokenizer.json does, in linear time; there is one for those in wide use.
 * They leave no gaps: every character is in a match.
 */
export function knownScanner(pattern: unknown): Scanner | undefined {
  return scanners.get(pattern);
}
