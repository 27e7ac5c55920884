/** wllama in a page, without WebGPU. */
import { offer } from './page-candidate.ts';

/** What is used of wllama, which is installed on first use and therefore has no types here. */
interface Wllama {
  loadModel(files: readonly Blob[], options: object): Promise<void>;
  createCompletion(options: object): Promise<void>;
}

offer(async ({ threads, contextLength }) => {
  const address = '/wllama/index.js';
  const { Wllama } = (await import(address)) as { Wllama: new (paths: object, options: object) => Wllama };
  const wllama = new Wllama({ default: '/wllama/wasm/wllama.wasm' }, { suppressNativeLog: true });
  const model = await (await fetch('/model.gguf')).blob();
  await wllama.loadModel([model], {
    n_threads: threads,
    n_ctx: contextLength,
    n_gpu_layers: 0,
    n_parallel: 1,
  });
  return {
    generate: ({ text }, count, onToken) =>
      wllama.createCompletion({
        prompt: text,
        max_tokens: count,
        temperature: 0,
        ignore_eos: true,
        cache_prompt: false,
        stream: true,
        onData: ({ choices }: { choices?: readonly { finish_reason?: string | null }[] }) => {
          if (choices?.[0] !== undefined && !choices[0].finish_reason) onToken();
        },
      }),
  };
});
