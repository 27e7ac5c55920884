import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { quantizedLayout } from '../src/quantized/quantized-layout.ts';
import { rawBytes } from './golden-files.ts';
import { cases, shape, tensorsOf } from './quantized-golden.ts';
import { decodeCanonical, storedTensors } from './stored-layer.ts';

const module = 'model.layers.0.mlp.up_proj';

it.each(cases)('reads $name as the tool does', async (entry) => {
  const layout = quantizedLayout(entry.configuration, 'config.json')!;
  const tensors = tensorsOf(entry, module);
  const linear = (await layout.open(module, storedTensors(tensors)))!;
  expect(linear.info.shape).toEqual(shape);
  expect([...linear.used].sort()).toEqual(Object.keys(tensors).sort());
  const bytes = await linear.read();
  expect(bytes.byteLength).toBe(linear.info.byteLength);
  const digest = createHash('sha256')
    .update(rawBytes(decodeCanonical(linear.info, bytes)))
    .digest('hex');
  expect(digest).toBe(entry.decoded);
});
