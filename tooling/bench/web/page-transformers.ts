/** transformers.js in a page: its q4 model on WASM, from files of this origin. */
import { offer } from './page-candidate.ts';

/** What is used of transformers.js, which is installed on first use and therefore has no types here. */
interface Transformers {
  readonly env: {
    allowRemoteModels: boolean;
    allowLocalModels: boolean;
    localModelPath: string;
    useBrowserCache: boolean;
    backends: { onnx: { wasm: { numThreads: number; wasmPaths: string } } };
  };
  readonly AutoModelForCausalLM: {
    from_pretrained(name: string, options: object): Promise<{ generate(options: object): Promise<unknown> }>;
  };
  readonly Tensor: new (type: string, data: BigInt64Array, shape: number[]) => unknown;
  readonly BaseStreamer: new () => object;
}

offer(async ({ threads }) => {
  const address = '/transformers/transformers.min.js';
  const { env, AutoModelForCausalLM, Tensor, BaseStreamer } = (await import(address)) as Transformers;
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = '/models/';
  env.useBrowserCache = false;
  env.backends.onnx.wasm.numThreads = threads;
  env.backends.onnx.wasm.wasmPaths = '/transformers-ort/';
  const model = await AutoModelForCausalLM.from_pretrained('smollm2', { dtype: 'q4', device: 'wasm' });
  return {
    async generate({ ids }, count, onToken) {
      let isPrompt = true;
      class Streamer extends BaseStreamer {
        put() {
          // The prompt comes first.
          if (!isPrompt) onToken();
          isPrompt = false;
        }
        end() {}
      }
      const shape = [1, ids.length];
      await model.generate({
        input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), shape),
        attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), shape),
        max_new_tokens: count,
        min_new_tokens: count,
        do_sample: false,
        streamer: new Streamer(),
      });
    },
  };
});
