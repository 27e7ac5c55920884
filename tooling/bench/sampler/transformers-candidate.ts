import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AllocationMeter } from './allocation.ts';
import { createHistory, createLogits } from './logits.ts';
import { historyLength, settings, type Task, type TaskResult, vocabularySize } from './task.ts';

interface Tensor {
  readonly data: ArrayLike<unknown>;
}

/** What is used of transformers.js, which is installed on first use and therefore has no types here. */
interface Transformers {
  readonly Tensor: new (type: string, data: Float32Array | BigInt64Array, shape: number[]) => Tensor;
  readonly LlamaForCausalLM: new (config: object, sessions: object, configs: object) => Model;
  readonly StoppingCriteria: new () => object;
}

interface Model {
  forward(inputs: object): Promise<{ readonly logits: Tensor }>;
  prepare_inputs_for_generation(ids: unknown, inputs: object): object;
  _update_model_kwargs_for_generation(step: { readonly model_inputs: object }): object;
  generate(options: object): Promise<Tensor>;
}

// It allocates up to 16 MB per token: with more, a collection would fall into most samples.
const tokensPerSample = 1;

/**
 * Runs the library's own `generate` on a model whose `forward` gives ready logits. The clock starts when `forward`
 * returns and stops when `generate` asks whether to stop: in between it copies the last row of logits, applies its
 * processors and samples, by its TopK session in ONNX Runtime, and nothing else.
 */
export async function measureTransformers({ setting, peers, warmUp, tokens }: Task): Promise<TaskResult> {
  const entry = join(peers, 'node_modules/@huggingface/transformers/dist/transformers.node.mjs');
  const library = (await import(pathToFileURL(entry).href)) as Transformers;
  const rows = createLogits();
  const model = new library.LlamaForCausalLM({ model_type: 'llama', is_encoder_decoder: false }, {}, {});
  const milliseconds: number[] = [];
  const meter = new AllocationMeter(tokensPerSample);
  let step = 0;
  let started = 0;
  let timing = true;
  model.prepare_inputs_for_generation = (_ids, inputs) => inputs;
  model._update_model_kwargs_for_generation = ({ model_inputs }) => model_inputs;
  model.forward = async () => {
    const logits = new library.Tensor('float32', rows[(historyLength + step) % rows.length]!.slice(), [
      1,
      1,
      vocabularySize,
    ]);
    if (!timing) meter.start();
    started = performance.now();
    return { logits };
  };
  class Clock extends library.StoppingCriteria {
    _call(ids: readonly unknown[]): boolean[] {
      const elapsed = performance.now() - started;
      if (!timing) meter.stop();
      else if (step >= warmUp) milliseconds.push(elapsed);
      step++;
      return ids.map(() => false);
    }
  }
  const generate = async (count: number) => {
    const history = BigInt64Array.from(createHistory(), BigInt);
    const inputs = new library.Tensor('int64', history, [1, historyLength]);
    await model.generate({
      inputs,
      ...settings[setting]!.transformers,
      max_new_tokens: count,
      eos_token_id: null,
      stopping_criteria: new Clock(),
    });
  };
  await generate(warmUp + tokens);
  timing = false;
  await generate(tokens);
  return { milliseconds, bytesPerToken: meter.bytesPerToken };
}
