import type { Hub, HubOptions } from '@llamella/hub';
import type { CommandContext } from './command-context.ts';

/** The models of this machine and of the network, as the environment says; imported on first use. */
export async function openHub(
  { environment, homeFolder }: Pick<CommandContext, 'environment' | 'homeFolder'>,
  options: HubOptions = {},
): Promise<Hub> {
  const { createNodeHub } = await import('@llamella/hub/node');
  return createNodeHub({ environment, homeFolder, ...options });
}
