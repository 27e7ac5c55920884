import { type GraphPlan, UnsupportedError } from '@llamella/spec';

/** Tensors that a message names before it says how many more there are. */
const NAMED = 3;

/**
 * Checks that a graph has the weights of the file as they are.
 *
 * @param name of the model, for the message
 * @throws {UnsupportedError} naming tensors that would be put on another grid
 */
export function ensureExact(plan: Pick<GraphPlan, 'fidelity'>, name: string): void {
  const moved = plan.fidelity.filter(({ kind }) => kind === 're-gridded').map(({ tensor }) => tensor);
  if (moved.length === 0) return;
  const more = moved.length > NAMED ? ` and ${moved.length - NAMED} more` : '';
  throw new UnsupportedError(
    `${name}: exact arithmetic with ${moved.slice(0, NAMED).join(', ')}${more}`,
    'their weights would be moved to another grid on this device; leave `exact` out, or take device `cpu`',
  );
}
