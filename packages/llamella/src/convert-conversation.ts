import type { GenaiTokenIds } from '@llamella/graph';
import { type Tokenizer, UnsupportedError } from '@llamella/spec';
import type { GgufCheckpoint } from '@llamella/weights';
import { tokenizerFiles } from './convert-tokenizer-json.ts';
import { readTextFile } from './folder-files.ts';
import type { OpenedModel } from './opened-model.ts';

/** Files of a model's folder that say how text becomes tokens, and conversations text. */
const conversationFile =
  /^(tokenizer\.json|tokenizer_config\.json|special_tokens_map\.json|added_tokens\.json|chat_template\.(jinja|json)|vocab\.json|merges\.txt)$/;

/** Texts of the files with tokenizer and chat template, by name: those of the model's folder, or made from a GGUF file. */
export async function conversationFiles(
  { checkpoint, folder }: OpenedModel,
  contextLength: number,
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  if (folder === undefined) {
    return tokenizerFiles((checkpoint as GgufCheckpoint).metadata, checkpoint.name, contextLength);
  }
  const texts = new Map<string, string>();
  for (const name of (await folder.list()).filter((each) => conversationFile.test(each)).sort()) {
    texts.set(name, (await readTextFile(folder, name, signal))!);
  }
  if (!texts.has('tokenizer.json')) {
    throw new UnsupportedError(
      `${folder.name}: a tokenizer without tokenizer.json`,
      'put one into the folder',
    );
  }
  return texts;
}

/** The ids that a model's configuration names. */
export function tokenIds({ specialTokenIds, endOfGenerationIds }: Tokenizer): GenaiTokenIds {
  const { bos, eos, padding } = specialTokenIds;
  const ends = [...endOfGenerationIds].filter((id) => id !== eos).sort((a, b) => a - b);
  return { bos, eos: eos === undefined ? ends : [eos, ...ends], padding };
}
