import type { GraphContext } from '../graph-context.ts';
import { canStack, type LinearLayer, linear } from './linear.ts';

/** Writes the gated feed-forward layers: `down(activation(gate(input)) * up(input))`. */
export function feedForward(context: GraphContext, index: number, input: string, output: string): void {
  const { config, writer } = context;
  const layer = `layer.${index}`;
  gateAndUp(context, index, input);
  activate(context, `${layer}.gate`, `${layer}.gated`);
  writer.node('Mul', [`${layer}.gated`, `${layer}.up`], [`${layer}.hidden`]);
  const down = { name: `blk.${index}.ffn_down.weight`, outputs: config.hiddenSize };
  const { intermediateSize: inputs } = config;
  linear(context, { tensors: [down], inputs, role: 'down' }, `${layer}.hidden`, output);
}

/** One product where the checkpoint has both in one tensor, gate first, or where profile and types allow it. */
function gateAndUp(context: GraphContext, index: number, input: string): void {
  const { config, profile, tensors, writer } = context;
  const { intermediateSize: width } = config;
  const layer = `layer.${index}`;
  const gate = { name: `blk.${index}.ffn_gate.weight`, outputs: width };
  const up = { name: `blk.${index}.ffn_up.weight`, outputs: width };
  const apart: LinearLayer = { tensors: [gate, up], inputs: config.hiddenSize, role: 'gate-up' };
  const isFused = !tensors.has(gate.name) && tensors.get(up.name)?.shape[0] === 2 * width;
  if (!isFused && !(profile.stackGateUp && canStack(context, apart))) {
    linear(context, { ...apart, tensors: [gate] }, input, `${layer}.gate`);
    linear(context, { ...apart, tensors: [up] }, input, `${layer}.up`);
    return;
  }
  const product = isFused ? { ...apart, tensors: [{ name: up.name, outputs: 2 * width }] } : apart;
  linear(context, product, input, `${layer}.gate_up`);
  writer.node('Split', [`${layer}.gate_up`], [`${layer}.gate`, `${layer}.up`], { axis: -1, num_outputs: 2 });
}

function activate({ config, profile, writer }: GraphContext, input: string, output: string): void {
  if (config.activation === 'gelu-tanh') {
    writer.contribNode('FastGelu', [input], [output]);
  } else if (profile.silu === 'quick-gelu') {
    writer.contribNode('QuickGelu', [input], [output], { alpha: { float: 1 } });
  } else {
    writer.node('Sigmoid', [input], [`${input}.sigmoid`]);
    writer.node('Mul', [input, `${input}.sigmoid`], [output]);
  }
}
