import { join } from 'node:path';
import { toolEnvironment } from '../environment.mjs';
import { root } from '../repository.mjs';
import { runQuietly } from '../run-quietly.mjs';
import { Tally } from './tally.mjs';

/**
 * Runs a program that prints one JSON array of `{ name, problems }` on stdout.
 *
 * @param {string} file below tooling/
 * @param {{ timeoutMs: number, node: string }} options
 */
export async function checkProgram(file, { timeoutMs, node }) {
  const result = await runQuietly(node, [join(root, 'tooling', file)], {
    cwd: root,
    env: toolEnvironment({ LLAMELLA_PACKED_CACHE: 'off' }),
    timeoutMs,
  });
  let checks;
  try {
    checks = JSON.parse(result.stdout);
  } catch {
    return { tally: new Tally().add({ failed: 1 }), output: result.output };
  }
  const failed = checks.filter(({ problems }) => problems.length > 0);
  const output = failed.flatMap(({ name, problems }) => [
    `failed: ${name}`,
    ...problems.map((text) => `  ${text}`),
  ]);
  return {
    tally: new Tally().add({ passed: checks.length - failed.length, failed: failed.length }),
    output: output.join('\n'),
  };
}
