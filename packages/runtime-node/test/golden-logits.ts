import { readFileSync } from 'node:fs';
import { bytesFromMemory } from '@llamella/weights';

const goldenFolder = new URL('../../../tooling/reference/golden/', import.meta.url);

/** What transformers makes of some tokens. */
export interface Golden {
  readonly tokens: Uint32Array;
  /** float32 `[tokens, vocabulary]`. */
  readonly logits: Float32Array;
  /** The same for a sequence within the original context, where the model tells the two apart. */
  readonly short: Float32Array | undefined;
}

function floats(text: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
}

/** A file of a folder below `tooling/reference/golden`. */
export function goldenFile(path: string): Buffer {
  return readFileSync(new URL(path, goldenFolder));
}

/** The same as a source that errors call by its name. */
export function goldenSource(path: string) {
  return bytesFromMemory(goldenFile(path), path.split('/').at(-1)!);
}

/** The answer in a folder's `logits.json`. */
export function readGolden(folder: string): Golden {
  const { tokens, logits, short } = JSON.parse(goldenFile(`${folder}/logits.json`).toString());
  return {
    tokens: Uint32Array.from(tokens),
    logits: floats(logits),
    short: short === undefined ? undefined : floats(short),
  };
}
