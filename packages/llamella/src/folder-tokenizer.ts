import type { Tokenizer } from '@llamella/spec';
import { tokenizerFromJson, tokenizerFromSentencePiece, tokenizerFromTiktoken } from '@llamella/tokenizer';
import { MOST_BYTES, readJsonFile, readJsonObject } from './folder-files.ts';
import type { ModelFiles } from './model-files.ts';

/**
 * The tokenizer of a folder, with the ids after which its model stops by `generation_config.json`, or `config.json`, and
 * `genai_config.json`.
 *
 * @param endTokenIds further ids after which it stops
 * @returns `undefined` when there is no `tokenizer.json` and no `tokenizer.model`
 */
export async function tokenizerInFolder(
  files: ModelFiles,
  signal: AbortSignal | undefined,
  endTokenIds: readonly number[] = [],
): Promise<Tokenizer | undefined> {
  const json = (name: string) => readJsonFile(files, name, signal);
  const generation =
    (await readJsonObject(files, 'generation_config.json', signal)) ?? (await json('config.json'));
  const genai = (await json('genai_config.json')) as { readonly model?: unknown } | undefined;
  const endOfGenerationIds = [...new Set([...endTokenIds, ...[generation, genai?.model].flatMap(endTokens)])];
  const content = await json('tokenizer.json');
  if (content !== undefined) {
    const config = await readJsonObject(files, 'tokenizer_config.json', signal);
    return tokenizerFromJson(content, config, { name: files.path('tokenizer.json'), endOfGenerationIds });
  }
  const model = await files.read('tokenizer.model', MOST_BYTES, signal);
  return model && tokenizerFromModel(model, files.path('tokenizer.model'), endOfGenerationIds);
}

/** `eos_token_id` is a number or a list of them. */
function endTokens(configuration: unknown): number[] {
  const value = (configuration as { readonly eos_token_id?: unknown } | null | undefined)?.eos_token_id;
  return [value].flat().filter((id): id is number => Number.isInteger(id) && (id as number) >= 0);
}

/** Reads a `tokenizer.model`. Llama 3 calls its rank file as SentencePiece calls its models. */
export function tokenizerFromModel(
  bytes: Uint8Array,
  name: string,
  endOfGenerationIds: readonly number[] = [],
): Tokenizer {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 256));
  if (/^[A-Za-z\d+/]+=* \d+\r?\n/.test(start)) {
    return tokenizerFromTiktoken(bytes, { pattern: 'llama3', name, endOfGenerationIds });
  }
  return tokenizerFromSentencePiece(bytes, { name, endOfGenerationIds });
}
