import { createSampler } from '@llamella/sampler';
import { AllocationMeter } from './allocation.ts';
import { createHistory, createLogits } from './logits.ts';
import { historyLength, settings, type Task, type TaskResult, vocabularySize } from './task.ts';

const samples = 9;
const tokensPerSample = 500;

/** Times `sample` alone: the logits are in an array that it may overwrite, as the engine gives them. */
export function measureLlamella({ setting, warmUp, tokens: count }: Task): TaskResult {
  const rows = createLogits();
  const sampler = createSampler({ ...settings[setting]!.llamella, vocabularySize });
  const tokens = new Uint32Array(historyLength + warmUp + count + samples * tokensPerSample);
  tokens.set(createHistory());
  const logits = new Float32Array(vocabularySize);
  let length = historyLength;
  const next = () => {
    logits.set(rows[length % rows.length]!);
    const started = performance.now();
    tokens[length] = sampler.sample(logits, tokens, length);
    const elapsed = performance.now() - started;
    length++;
    return elapsed;
  };
  for (let token = 0; token < warmUp; token++) next();
  const milliseconds = Array.from({ length: count }, next);
  const meter = new AllocationMeter(tokensPerSample);
  for (let token = 0; token < samples * tokensPerSample; token++) {
    logits.set(rows[length % rows.length]!);
    meter.start();
    tokens[length] = sampler.sample(logits, tokens, length);
    meter.stop();
    length++;
  }
  return { milliseconds, bytesPerToken: meter.bytesPerToken };
}
