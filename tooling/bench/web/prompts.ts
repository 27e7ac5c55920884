import { readFile } from 'node:fs/promises';
import { readTeacherForced } from '@llamella/reference/read-golden';
import { loadTokenizer } from 'llamella';
import type { Prompt } from './page-candidate.ts';

/**
 * Prompts of the same length from one text, none a beginning of another: stretches of WikiText-2 whose tokens are those
 * of their text, because one of the libraries takes text only.
 *
 * @throws {RangeError} when the text is too short
 */
export async function createPrompts(count: number, length: number): Promise<Prompt[]> {
  const golden = new URL('../../reference/golden/smollm2-teacher-forced.bin', import.meta.url);
  const { tokens } = readTeacherForced(await readFile(golden));
  const tokenizer = await loadTokenizer();
  const prompts: Prompt[] = [];
  for (let start = 0; prompts.length < count; start++) {
    if (start + length > tokens.length)
      throw new RangeError(`no ${count} prompts of ${length} tokens in a text of ${tokens.length}`);
    const ids = Array.from(tokens.subarray(start, start + length));
    const text = tokenizer.decode(Uint32Array.from(ids));
    const again = tokenizer.encode(text);
    if (again.length !== length || again.some((id, at) => id !== ids[at])) continue;
    prompts.push({ ids, text });
    start += length;
  }
  return prompts;
}
