import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { peerFolder } from '../install-npm.ts';
import { runTask } from './run-task.ts';

/** Numbers of `llama_ftype` in llama.h: what `llama-quantize` calls the mixes of types. */
export const fileTypes: Readonly<Record<string, number>> = {
  ...{ Q4_0: 2, Q4_1: 3, Q5_0: 8, Q5_1: 9, Q8_0: 7 },
  ...{ Q2_K: 10, Q3_K_M: 12, Q4_K_S: 14, Q4_K_M: 15, Q5_K_S: 16, Q5_K_M: 17, Q6_K: 18 },
  ...{ IQ4_NL: 25, IQ4_XS: 30 },
};

/**
 * The embedded model in another mix of types, written by llama.cpp from the decoded weights unless it is there.
 *
 * @param from the model's first file
 * @returns path of the GGUF, in the folder of peers
 */
export async function requantized(from: string, type: string, threads: number): Promise<string> {
  const folder = join(peerFolder, 'quantizations');
  const to = join(folder, `SmolLM2-135M-Instruct-${type}.gguf`);
  if (existsSync(to)) return to;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${to}.part`;
  await runTask({ kind: 'quantize', from, to: unfinished, fileType: fileTypes[type]! }, threads);
  renameSync(unfinished, to);
  return to;
}
