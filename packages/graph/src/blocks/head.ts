import type { GraphContext } from '../graph-context.ts';
import { linear } from './linear.ts';
import { scale } from './scale.ts';

/** Writes the logits of the rows that `logit_rows` asks for: the output projection, its scale, and its softcap, in float32. */
export function head(context: GraphContext, input: string): void {
  const { profile, writer } = context;
  const isHalf = profile.floatType === 'float16';
  const logits = isHalf ? 'logits.half' : 'logits';
  writeLogits(context, input, logits);
  if (isHalf) writer.cast(logits, 'logits', 'float32');
}

function writeLogits(context: GraphContext, input: string, logits: string): void {
  const { config, writer } = context;
  const { logitScale = 1, logitSoftcap } = config;
  writer.node('Gather', [input, 'logit_rows'], ['selected'], { axis: 1 });
  const name = config.tiedEmbeddings ? 'token_embd.weight' : 'output.weight';
  const layer = {
    tensors: [{ name, outputs: config.vocabularySize }],
    inputs: config.hiddenSize,
    role: 'head',
  } as const;
  if (logitScale === 1 && logitSoftcap === undefined) {
    linear(context, layer, 'selected', logits);
    return;
  }
  linear(context, layer, 'selected', 'projected');
  if (logitSoftcap === undefined) {
    scale(context, 'projected', logitScale, logits);
    return;
  }
  scale(context, 'projected', logitScale / logitSoftcap, 'projected.part');
  writer.node('Tanh', ['projected.part'], ['projected.bounded']);
  scale(context, 'projected.bounded', logitSoftcap, logits);
}
