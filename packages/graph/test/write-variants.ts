import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildGraph } from '@llamella/graph';
import { variants } from './variants.ts';

/**
 * Writes every kind of graph into a folder of its own below the given one, with constants that are zero. Run by
 * `tooling/reference/graph_check.py`.
 */
const [parent] = process.argv.slice(2);
if (parent === undefined) throw new Error('the folder to write to is missing');
for (const [index, { title, checkpoint, profile }] of variants.entries()) {
  const plan = buildGraph(checkpoint, { profile });
  const folder = join(parent, `${index}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'model.onnx'), plan.model);
  writeFileSync(join(folder, plan.externalFile), new Uint8Array(plan.externalByteLength));
  writeFileSync(join(folder, 'title.txt'), title);
}
