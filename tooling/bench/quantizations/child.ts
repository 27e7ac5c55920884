/** Does one task and prints its result as JSON in its last line. */
import { readFileSync } from 'node:fs';
import { loadLlamaLibrary } from './llama-library.ts';
import { chunkLength, cutChunks, negativeLogLikelihood, scoredFrom, summarizeLosses } from './perplexity.ts';
import type { PerplexityTask, Task } from './task.ts';

const { threads, ...task } = JSON.parse(process.argv[2]!) as Task & { readonly threads: number };
if (task.kind === 'quantize') {
  loadLlamaLibrary().quantize(task.from, task.to, task.fileType, threads);
  console.log('{}');
} else {
  const text = readFileSync(task.textFile, 'utf8');
  const losses = task.engine === 'llama.cpp' ? scoreWithPeer(task, text) : await score(task, text);
  console.log(JSON.stringify(summarizeLosses(losses)));
}
process.exit(0);

function scoreWithPeer({ model, chunks }: PerplexityTask, text: string): number[] {
  const llama = loadLlamaLibrary().open(model, chunkLength, threads);
  const losses: number[] = [];
  const [bos] = llama.tokenize('');
  for (const chunk of cutChunks(llama.tokenize(text), bos, chunks)) {
    const logitsAt = llama.evaluate(chunk, scoredFrom);
    for (let at = scoredFrom; at < chunkLength - 1; at++)
      losses.push(negativeLogLikelihood(logitsAt(at), chunk[at + 1]!));
  }
  return losses;
}

async function score({ engine, model: path, chunks }: PerplexityTask, text: string): Promise<number[]> {
  const { loadModel } = await import('llamella');
  const exact = engine === 'llamella, exact';
  await using model = await loadModel(path, { device: 'cpu', threads, contextLength: chunkLength, exact });
  const losses: number[] = [];
  const [bos] = model.tokenizer.encode('');
  for (const chunk of cutChunks(model.tokenizer.encode(text), bos, chunks)) {
    const add = (logits: Float32Array, at: number) => {
      if (at < chunkLength - 1) losses.push(negativeLogLikelihood(logits, chunk[at + 1]!));
    };
    await model.engine.forEachLogits(chunk, add, { start: scoredFrom });
  }
  return losses;
}
