import { setTimeout as sleep } from 'node:timers/promises';
import { loadModel } from 'llamella';

/** Loads and disposes the embedded model four times. Prints the resident memory in bytes after each. */
const resident: number[] = [];
for (let round = 0; round < 4; round++) {
  {
    await using model = await loadModel();
    for await (const _ of model.generate('The capital of France is', { maxTokens: 2 }));
  }
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  await sleep(100);
  resident.push(process.memoryUsage.rss());
}
console.log(JSON.stringify(resident));
