import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Encoder, importLibrary } from './encoders.ts';
import type { Task, TaskResult, TextResult, TimedText } from './task.ts';

const task = JSON.parse(process.argv[2]!) as Task;

// The import of a library that has its vocabulary built in is part of loading it.
const vocabulary = readFileSync(task.vocabularyPath, 'utf8');
const started = performance.now();
const library = await importLibrary(task.contender, task.peers, task.configPath);
const imported = performance.now();
const source: unknown = library.parse?.(vocabulary) ?? vocabulary;
const parsed = performance.now();
const encoder = library.load(source);
encoder.encode('word');
const loaded = performance.now();

const result: TaskResult = {
  loadMs: loaded - (library.builtIn ? started : imported),
  ...(library.parse !== undefined && { loadParsedMs: loaded - parsed }),
  texts: task.texts.map((text) => measure(encoder, text)),
};
console.log(JSON.stringify(result));
process.exit(0);

function measure(encoder: Encoder, { name, path, warmUpPath }: TimedText): TextResult {
  if (warmUpPath !== undefined) {
    const warmUp = readFileSync(warmUpPath, 'utf8');
    for (let pass = 0; pass < task.warmUps; pass++) encoder.encode(warmUp);
  }
  const text = readFileSync(path, 'utf8');
  const from = performance.now();
  const ids = encoder.encode(text);
  const firstMs = performance.now() - from;
  const passesMs = Array.from({ length: task.passes }, () => {
    const start = performance.now();
    encoder.encode(text);
    return performance.now() - start;
  });
  const bytes = new Uint8Array(Uint32Array.from(ids).buffer);
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { name, count: ids.length, hash, firstMs, passesMs };
}
