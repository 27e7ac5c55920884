import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readTeacherForced, type TeacherForcedGolden } from '@llamella/reference/read-golden';

const { resolve } = createRequire(import.meta.url);

const folder = join(dirname(resolve('@llamella/reference/package.json')), 'golden');

/** Path of a file or folder of the package `@llamella/reference`. */
export function goldenFile(name: string): string {
  return join(folder, name);
}

export function readGolden<Golden>(name: string): Golden {
  return JSON.parse(readFileSync(goldenFile(name), 'utf8'));
}

/** SmolLM2-135M-Instruct on WikiText-2, as PyTorch computes it in float32. */
export function readSmolLm2Golden(): TeacherForcedGolden {
  const name = 'smollm2-teacher-forced.bin';
  return readTeacherForced(readFileSync(goldenFile(name)), name);
}
