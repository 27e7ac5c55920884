/** Prints, as Markdown, how far the backends of a browser are from runtime-node in exact mode. Runs on sources. */
import { openBrowser } from '../open-browser.ts';
import { beyondBounds, parityBounds } from './bounds.ts';
import type { LogitsDifference } from './compare-logits.ts';
import { openParityPage, softwareGpu } from './open-parity-page.ts';
import type { ParityCase, ParityRun } from './page-program.ts';
import { goldenPrompts, type ReferenceAnswer, referenceAnswers } from './reference.ts';

const count = 64;
type Row = [ParityRun['profile'], ParityRun['device'], readonly ParityCase['mode'][]];
const all = <T>(mode: T) => Array.from({ length: 5 }, () => mode);
const rows: Row[] = [
  ['wasmExactProfile', 'wasm', all('steps')],
  ['wasmExactProfile', 'wasm', all('free')],
  ['wasmProfile', 'wasm', all('steps')],
  ['webgpuExactProfile', 'webgpu', all('chunks')],
  ['webgpuExactProfile', 'webgpu', ['free']],
  ['webgpuProfile', 'webgpu', ['chunks']],
];

const golden = await goldenPrompts();
const answers = await referenceAnswers(golden, count);
const asGolden = answers.every(({ tokens }, index) =>
  golden[index]!.greedy_ids.every((id, at) => tokens[at] === id),
);
if (!asGolden) throw new Error('the reference does not answer as transformers');
const selected = rows.filter(([profile]) => process.argv.length < 3 || process.argv.includes(profile));
const browser = await openBrowser(softwareGpu);
let failed = false;
console.log(
  `| profile | compared | positions | ties | other tokens | largest error | relative error | time (s) |
|---|---|---|---|---|---|---|---|`,
);
try {
  await using page = await openParityPage(browser, answers, ['@llamella/source']);
  for (const [profile, device, modes] of selected) {
    const { cases } = await page.measure({ profile, device, modes });
    const seconds = (cases.reduce((sum, { ms }) => sum + ms, 0) / 1000).toFixed(0);
    const name = `\`${profile}\``;
    if (modes[0] === 'free') {
      const agreed = cases.map(({ tokens }, index) => agreement(tokens, answers[index]!));
      const same = agreed.reduce((sum, { same }) => sum + same, 0);
      const ended = agreed.filter(({ ended }) => ended !== '').map((each) => each.ended);
      failed ||= ended.includes('other');
      const text = ended.length === 0 ? 'none' : ended.join(', ');
      console.log(
        `| ${name} | free run | ${same} of ${cases.length * count} the same | | ${text} | | | ${seconds} |`,
      );
      continue;
    }
    const sum = cases.reduce<LogitsDifference>((left, right) => merge(left, right), cases[0]!);
    const problems = cases.flatMap((each) => beyondBounds(parityBounds[profile], each));
    failed ||= problems.length > 0;
    console.log(
      `| ${name} | ${modes[0]} | ${sum.positions} | ${sum.ties} | ${sum.otherTokens} | ` +
        `${sum.largestError.toExponential(1)} | ${sum.largestRelativeError.toExponential(1)} | ${seconds} |`,
    );
    for (const problem of problems) console.error(`${profile}: ${problem}`);
  }
} finally {
  await browser.close();
}
process.exitCode = failed ? 1 : 0;

function merge(left: LogitsDifference, right: LogitsDifference): LogitsDifference {
  if (left === right) return left;
  return {
    positions: left.positions + right.positions,
    ties: left.ties + right.ties,
    otherTokens: left.otherTokens + right.otherTokens,
    largestError: Math.max(left.largestError, right.largestError),
    largestRelativeError: Math.max(left.largestRelativeError, right.largestRelativeError),
  };
}

/** Tokens up to the first other one, and whether the reference had a tie there. */
function agreement(tokens: readonly number[], { tokens: expected, margins }: ReferenceAnswer) {
  const first = tokens.findIndex((token, index) => token !== expected[index]);
  if (first === -1) return { same: tokens.length, ended: '' };
  return { same: first, ended: margins[first]! <= 1e-3 ? 'a tie' : 'other' };
}
