import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'microsoft-edge',
];

const macPrograms = [
  'Google Chrome.app/Contents/MacOS/Google Chrome',
  'Chromium.app/Contents/MacOS/Chromium',
  'Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

const windowsPrograms = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Chromium\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
];

/** How to get a browser for the tests, for people. */
export const howToGetBrowser =
  'set CHROME_PATH to a Chromium, Chrome or Edge, or install one (Debian: apt-get install chromium)';

/**
 * The Chromium-based browser to test with: `CHROME_PATH`, else the first in the usual places.
 *
 * @param {{ env?: NodeJS.ProcessEnv, platform?: NodeJS.Platform, isProgram?: (path: string) => boolean }} [system]
 * @returns {string | undefined} path of the program
 * @throws {Error} when `CHROME_PATH` names no program
 */
export function findBrowser({
  env = process.env,
  platform = process.platform,
  isProgram = isExecutable,
} = {}) {
  const wanted = env.CHROME_PATH;
  if (wanted !== undefined && wanted !== '') {
    if (!isProgram(wanted)) throw new Error(`CHROME_PATH: there is no program ${wanted}`);
    return wanted;
  }
  return candidates(env, platform).find(isProgram);
}

function candidates(env, platform) {
  if (platform === 'darwin') {
    const folders = ['/Applications', ...(env.HOME ? [join(env.HOME, 'Applications')] : [])];
    return folders.flatMap((folder) => macPrograms.map((program) => `${folder}/${program}`));
  }
  if (platform === 'win32') {
    const folders = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter(Boolean);
    return folders.flatMap((folder) => windowsPrograms.map((program) => `${folder}\\${program}`));
  }
  const folders = [
    '/usr/bin',
    ...(env.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith('/')),
  ];
  return folders.flatMap((folder) => names.map((name) => `${folder}/${name}`));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
