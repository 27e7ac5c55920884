import { join, resolve } from 'node:path';
import type { HubOptions } from '../hub-context.ts';

/** What the environment of a process says about the Hub. */
export interface HubSettings extends HubOptions {
  /** Folder of the cache that all users of the Hub share. */
  readonly cacheFolder: string;
  /** Folder for files of plain URLs. */
  readonly urlCacheFolder: string;
}

/**
 * Reads the variables that huggingface_hub reads too: `HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_OFFLINE`,
 * `TRANSFORMERS_OFFLINE`, and for the folder `HF_HUB_CACHE`, `HUGGINGFACE_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME`.
 * `LLAMELLA_CACHE` is the folder for URLs.
 *
 * @param homeFolder of the user
 */
export function hubSettings(
  environment: Readonly<Record<string, string | undefined>>,
  homeFolder: string,
): HubSettings {
  const folder = (name: string) => {
    const value = environment[name]?.trim();
    if (!value) return undefined;
    const expanded = value.replace(/^~(?=$|[\\/])/, () => homeFolder);
    const known = (whole: string, variable: string) => environment[variable] ?? whole;
    return resolve(expanded.replace(/\$\{(\w+)\}/g, known).replace(/\$(\w+)/g, known));
  };
  const caches = folder('XDG_CACHE_HOME') ?? join(homeFolder, '.cache');
  const home = folder('HF_HOME') ?? join(caches, 'huggingface');
  const endpoint = environment.HF_ENDPOINT?.trim();
  const token = environment.HF_TOKEN?.trim();
  return {
    cacheFolder: folder('HF_HUB_CACHE') ?? folder('HUGGINGFACE_HUB_CACHE') ?? join(home, 'hub'),
    urlCacheFolder: folder('LLAMELLA_CACHE') ?? join(caches, 'llamella'),
    offline: isTrue(environment.HF_HUB_OFFLINE) || isTrue(environment.TRANSFORMERS_OFFLINE),
    ...(endpoint && { endpoint }),
    ...(token && { token }),
  };
}

function isTrue(text: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(text ?? '');
}
