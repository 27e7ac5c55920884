import { pathToFileURL } from 'node:url';
import type { Candidate } from './candidate.ts';
import { peerEntry } from './peer-install.ts';

/** What is used of node-llama-cpp, which is installed on first use and therefore has no types here. */
interface NodeLlamaCpp {
  getLlama(options: object): Promise<{
    loadModel(options: object): Promise<{
      createContext(options: object): Promise<{ getSequence(): Sequence }>;
      dispose(): Promise<void>;
    }>;
  }>;
}

interface Sequence {
  evaluate(tokens: number[], options: object): AsyncIterable<number>;
  clearHistory(): Promise<void>;
}

const batchSize = 512;

/** node-llama-cpp on the CPU, with its prebuilt binary and defaults apart from what is said here. */
export const peer: Candidate = {
  async load({ model: modelPath, threads, contextLength }) {
    const { getLlama } = (await import(pathToFileURL(peerEntry).href)) as NodeLlamaCpp;
    const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error', maxThreads: threads });
    const model = await llama.loadModel({ modelPath });
    const context = await model.createContext({
      contextSize: contextLength,
      batchSize,
      threads: { ideal: threads, min: threads },
    });
    const sequence = context.getSequence();
    return {
      async *generate(prompt, count) {
        await sequence.clearHistory();
        let generated = 0;
        for await (const _ of sequence.evaluate([...prompt], { temperature: 0, yieldEogToken: true })) {
          yield 1;
          if (++generated === count) break;
        }
      },
      close: () => model.dispose(),
    };
  },
};
