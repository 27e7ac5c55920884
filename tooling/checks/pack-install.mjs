// Packs the packages that stand on their own, installs them with npm in an empty folder and uses them there.
// Prints `[{ name, problems }]` as JSON on stdout.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageSuite } from './pack/package-suite.mjs';

const suites = [
  { name: '@llamella/tokenizer', largestGzipBytes: 33_000 },
  { name: '@llamella/sampler', largestGzipBytes: 8_500 },
  { name: '@llamella/grammar', largestGzipBytes: 26_500 },
  { name: '@llamella/chat', largestGzipBytes: 26_500, libraries: ['@huggingface'] },
];

const temporary = mkdtempSync(join(tmpdir(), 'llamella-pack-'));
const clean = () => rmSync(temporary, { recursive: true, force: true });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    clean();
    process.exit(1);
  });
}
try {
  const checks = [];
  for (const suite of suites) checks.push(...(await packageSuite(suite, temporary)));
  process.stdout.write(`${JSON.stringify(checks)}\n`);
} finally {
  clean();
}
