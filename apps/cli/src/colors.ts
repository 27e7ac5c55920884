import pc from 'picocolors';
import type { CommandContext, OutputStream } from './command-context.ts';

export type Colors = ReturnType<typeof pc.createColors>;

/** Colours for one stream: only on a terminal that is not dumb, and not when `NO_COLOR` is set. */
export function createColors(stream: OutputStream, environment: CommandContext['environment']): Colors {
  return pc.createColors(Boolean(stream.isTTY) && !environment.NO_COLOR && environment.TERM !== 'dumb');
}
