import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { endWithNpm, interruptsReachChildren } from './npm-parent.mjs';
import { root } from './repository.mjs';
import { setUp } from './set-up.mjs';
import { printSetUpError } from './set-up-error.mjs';
import { exitLike } from './signals.mjs';

/** Sets the clone up if needed, then runs the command line program in place of this process. */
export async function runProgram(programArguments) {
  endWithNpm();
  let node;
  try {
    ({ node } = await setUp({ build: true }));
  } catch (error) {
    printSetUpError(error);
    process.exitCode = 1;
    return;
  }
  const main = join(root, 'apps', 'cli', 'dist', 'main.js');
  if (!existsSync(main)) {
    process.stderr.write('apps/cli/dist/main.js is missing although the build succeeded.\n');
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
