import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { convertModel } from 'llamella';
import { peerFolder } from '../install-npm.ts';

const folder = join(peerFolder, 'web-models');

/** The embedded model with weights of type Q4_0 (the tied embedding in Q6_K), written unless it is there. */
export async function ggufModel(log: (line: string) => void): Promise<string> {
  const path = join(folder, 'SmolLM2-135M-Instruct-Q4_0.gguf');
  if (existsSync(path)) return path;
  log('writing the model as Q4_0 (once) …');
  mkdirSync(folder, { recursive: true });
  await convertModel(undefined, path, { type: 'Q4_0' });
  return path;
}

/** The same weights in the layout of transformers.js, written unless they are there. */
export async function transformersModel(_log: (line: string) => void): Promise<string> {
  throw new Error('not written yet');
}
