import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { toolsBin, toolsFolder, workspaceBin } from './repository.mjs';

/** Environment for package managers and build tools: the clone's own executables first, no telemetry. */
export function toolEnvironment(extra = {}) {
  const environment = {
    ...process.env,
    ...homeOverrides(),
    DO_NOT_TRACK: '1',
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    NO_UPDATE_NOTIFIER: '1',
    ...extra,
  };
  // `FORCE_COLOR` and `NO_COLOR` together make Node print a warning in every child.
  if (environment.NO_COLOR !== undefined) delete environment.FORCE_COLOR;
  const pathKey = Object.keys(environment).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  environment[pathKey] = [workspaceBin, toolsBin, environment[pathKey]].filter(Boolean).join(delimiter);
  return environment;
}

/**
 * npm and pnpm keep caches below the home folder. Where it is missing or read-only (containers, service accounts)
 * they get one inside the clone; the user's own registry and proxy settings stay in force.
 */
function homeOverrides() {
  const home = homedir();
  if (isWritableFolder(home)) return {};
  const substitute = join(toolsFolder, 'home');
  mkdirSync(substitute, { recursive: true });
  return {
    HOME: substitute,
    npm_config_cache: join(substitute, '.npm'),
    npm_config_userconfig: process.env.npm_config_userconfig ?? join(home, '.npmrc'),
    XDG_CONFIG_HOME: process.env.XDG_CONFIG_HOME ?? join(home, '.config'),
  };
}

function isWritableFolder(path) {
  try {
    if (!statSync(path).isDirectory()) return false;
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
