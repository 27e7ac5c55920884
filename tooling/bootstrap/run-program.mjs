import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { endWithNpm, interruptsReachChildren } from './npm-parent.mjs';
import { root } from './repository.mjs';
import { setUp } from './set-up.mjs';
import { printSetUpError } from './set-up-error.mjs';
import { exitLike } from './signals.mjs';

/** Sets the clone up if needed, then runs the command line program in place of this process. */
export function runProgram(programArguments) {
  return runApp('cli', join('dist', 'main.js'), programArguments);
}

/**
 * Sets the clone up and builds an app if needed, then runs a program of it in place of this process.
 *
 * @param {'cli' | 'web'} app folder of apps/
 * @param {string} program relative to it
 * @param {string[]} programArguments
 */
export async function runApp(app, program, programArguments) {
  endWithNpm();
  let node;
  try {
    ({ node } = await setUp({ build: app }));
  } catch (error) {
    printSetUpError(error);
    process.exitCode = 1;
    return;
  }
  const main = join(root, 'apps', app, program);
  if (!existsSync(main)) {
    process.stderr.write(`${join('apps', app, program)} is missing although the build succeeded.\n`);
    process.exitCode = 1;
    return;
  }
  const child = spawn(node, [main, ...programArguments], { stdio: 'inherit', cwd: callersFolder() });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // Passing it on as well would make it arrive twice.
      if (signal !== 'SIGINT' || !interruptsReachChildren()) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    process.stderr.write(`${node}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('close', exitLike);
}

/** npm changes to the repository's root; relative paths given by the user are meant from where npm was called. */
function callersFolder() {
  const { INIT_CWD: called, npm_package_json: manifest } = process.env;
  const calledByNpm = called !== undefined && manifest === join(root, 'package.json');
  return calledByNpm && existsSync(called) ? called : process.cwd();
}
