import type { GraphContext } from '../graph-context.ts';
import { allTables } from '../layer-attention.ts';
import { rotarySize, rotaryTables, slidingRotary } from '../rotary-tables.ts';

/** Adds the tables of cosines and sines that the layers of a model rotate by. */
export function rotaryConstants({ config, contextLength, profile, table }: GraphContext): void {
  const { floatType } = profile;
  const shape = [contextLength, rotarySize(config) / 2];
  for (const names of allTables(config)) {
    const { cosines, sines } = rotaryTables(names.sliding ? slidingRotary(config) : config, contextLength);
    table.computed(names.cosines, floatType, shape, cosines);
    table.computed(names.sines, floatType, shape, sines);
  }
}
