import type { ModelConfig } from '@llamella/spec';
import { aligned } from '../formats/aligned.ts';
import type { CanonicalTensor } from './canonical-tensors.ts';
import type { StoredFiles } from './stored-files.ts';
import type { StoredTensor } from './stored-tensor.ts';

const embedding = 'token_embd.weight';
const output = 'output.weight';
const chunkBytes = 2 ** 22;

/**
 * Settles whether the output matrix is the embedding where the configuration says so, as transformers does: of two equal
 * matrices one is left out, two different ones both stay, and one alone is both.
 *
 * @returns `config`, with `tiedEmbeddings` as it turned out
 */
export async function settleTiedEmbeddings(
  config: ModelConfig,
  tensors: Map<string, CanonicalTensor>,
  files: StoredFiles,
  signal: AbortSignal | undefined,
): Promise<ModelConfig> {
  const [first, second] = [tensors.get(embedding), tensors.get(output)];
  if (!config.tiedEmbeddings || second === undefined) return config;
  const isSame =
    first === undefined ||
    (first.stored !== undefined &&
      second.stored !== undefined &&
      (await areEqual(files, first.stored, second.stored, signal)));
  if (!isSame) return { ...config, tiedEmbeddings: false };
  tensors.delete(output);
  if (first === undefined) tensors.set(embedding, { ...second, info: { ...second.info, name: embedding } });
  return config;
}

async function areEqual(
  files: StoredFiles,
  left: StoredTensor,
  right: StoredTensor,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (left.dataType !== right.dataType || String(left.shape) !== String(right.shape)) return false;
  for (let at = 0; at < left.byteLength; at += chunkBytes) {
    const length = Math.min(chunkBytes, left.byteLength - at);
    const mine = words(await files.readPart(left.name, at, length, signal));
    const theirs = words(await files.readPart(right.name, at, length, signal));
    for (let index = 0; index < mine.length; index++) if (mine[index] !== theirs[index]) return false;
  }
  return true;
}

/** The bytes as numbers of four bytes, where they can be taken so; four times as fast to compare. */
function words(bytes: Uint8Array): Uint8Array | Uint32Array {
  if (bytes.byteLength % 4 !== 0) return bytes;
  const { buffer, byteOffset, byteLength } = aligned(bytes, 4);
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}
