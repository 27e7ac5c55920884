/** Runs in the page: loads a model in a worker, and tells what the page and its workers hold meanwhile. */
import type { LoadedModel, LoadingMessage, LoadingRun } from './loading-worker.ts';

/** Memory of the page and its workers at a moment, as `performance.measureUserAgentSpecificMemory` gives it. */
export interface MemorySample {
  readonly phase: string;
  readonly bytes: number;
}

/** A model was loaded. */
export interface LoadingResult {
  readonly loaded: LoadedModel;
  readonly samples: readonly MemorySample[];
  /** Seconds that each phase took. */
  readonly seconds: Readonly<Record<string, number>>;
}

declare global {
  var loadLargeModel: (run: LoadingRun) => Promise<LoadingResult>;
  /** The phase under way. */
  var loadingPhase: string;
  interface Performance {
    measureUserAgentSpecificMemory(): Promise<{ readonly bytes: number }>;
  }
}

globalThis.loadingPhase = 'begin';

globalThis.loadLargeModel = async (run) => {
  const worker = new Worker('/loading-worker.js', { type: 'module' });
  const seconds: Record<string, number> = {};
  let began = performance.now();
  const enter = (phase: string) => {
    seconds[globalThis.loadingPhase] = Math.round((performance.now() - began) / 100) / 10;
    began = performance.now();
    globalThis.loadingPhase = phase;
  };
  const ended = new Promise<LoadedModel>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<LoadingMessage>) => {
      if ('phase' in data) enter(data.phase);
      else if ('loaded' in data) resolve(data.loaded);
      else reject(new Error(data.error));
    };
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  worker.postMessage(run);
  const samples: MemorySample[] = [];
  let done = false;
  const sampling = (async () => {
    while (!done) {
      const phase = globalThis.loadingPhase;
      const { bytes } = await performance.measureUserAgentSpecificMemory();
      samples.push({ phase, bytes });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  try {
    const loaded = await ended;
    enter('end');
    return { loaded, samples, seconds };
  } finally {
    done = true;
    await sampling;
    worker.terminate();
  }
};
