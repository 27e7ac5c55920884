// npm test [-- step ...] [-- --force]: the whole suite, or the named steps of it.
// stdout: one line per step, the output of those that failed, and a last line `N passed, N failed`.
import { parseArgs } from 'node:util';
import { endWithNpm } from './npm-parent.mjs';
import { formatSeconds } from './report-step.mjs';
import { setUp } from './set-up.mjs';
import { printSetUpError } from './set-up-error.mjs';
import { steps } from './suite/steps.mjs';
import { Tally } from './suite/tally.mjs';

const wholeRunMs = 27 * 60_000;
const oneStepMs = 18 * 60_000;

const total = new Tally();
endWithNpm();
try {
  await runSuite(parseArguments());
} catch (error) {
  total.add({ failed: 1 });
  process.stdout.write(`${error.stack ?? error}\n`);
}
process.exitCode = total.failed > 0 ? 1 : 0;
process.stdout.write(`${total}\n`);

async function runSuite({ selected, force }) {
  const deadline = performance.now() + wholeRunMs;
  let node;
  try {
    ({ node } = await setUp());
  } catch (error) {
    printSetUpError(error);
    total.add({ failed: 1 });
    return;
  }
  for (const step of selected) {
    const started = performance.now();
    const timeoutMs = Math.min(oneStepMs, deadline - started);
    if (timeoutMs <= 0) {
      total.add({ failed: 1 });
      process.stdout.write(`${step.label}: not run, the suite took too long\n`);
      continue;
    }
    const { tally, output, note } = await step.run({ timeoutMs, force, node });
    total.add(tally);
    const time = formatSeconds(performance.now() - started);
    process.stdout.write(`${step.label}: ${tally} (${time})\n`);
    if (note !== undefined) process.stdout.write(`${indent(note)}\n`);
    if (tally.failed > 0) process.stdout.write(`${indent(output)}\n`);
  }
}

function parseArguments() {
  const { values, positionals } = parseArgs({
    options: { force: { type: 'boolean' } },
    allowPositionals: true,
  });
  const names = steps.map(({ name }) => name);
  const unknown = positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`unknown step: ${unknown.join(', ')} (steps: ${names.join(', ')})`);
  const selected = positionals.length === 0 ? steps : steps.filter(({ name }) => positionals.includes(name));
  // In CI every test runs; elsewhere unchanged packages are answered from turbo's cache.
  const force = values.force ?? Boolean(process.env.CI && process.env.CI !== 'false');
  return { selected, force };
}

function indent(text) {
  return text
    .split('\n')
    .filter((line, index, lines) => line !== '' || lines[index - 1] !== '')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n');
}
