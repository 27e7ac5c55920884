import { LlamellaError } from '@llamella/spec';

/** Ending of the name of one file of a split model. */
export const SPLIT = /-(\d{5})-of-\d{5}\.gguf$/;

/** The container of the model in a folder, and for GGUF its file, of a split model the first. */
export interface FoundModel {
  readonly container: 'gguf' | 'safetensors' | 'genai';
  readonly file?: string;
}

/**
 * Finds the model among the names of a folder's files.
 *
 * @param folder what errors call the folder
 * @throws {LlamellaError} `not-found` when there is not exactly one
 */
export function findModel(names: readonly string[], folder: string): FoundModel {
  const files = names.filter((name) => /\.gguf$/i.test(name)).sort();
  const models = files.filter((name) => Number(SPLIT.exec(name)?.[1] ?? 1) === 1);
  if (models.length === 1) return { container: 'gguf', file: models[0]! };
  if (models.length > 1) {
    throw new LlamellaError(
      'not-found',
      `${folder}: several models in this folder (${models.join(', ')}); give the path of one`,
    );
  }
  if (names.includes('genai_config.json')) return { container: 'genai' };
  if (names.some((name) => name.endsWith('.safetensors'))) return { container: 'safetensors' };
  const problem =
    files.length > 0
      ? `the first file of the split model is missing; there is ${files.join(', ')}`
      : 'no model in this folder: neither .gguf nor .safetensors files, nor a genai_config.json';
  throw new LlamellaError('not-found', `${folder}: ${problem}`);
}
