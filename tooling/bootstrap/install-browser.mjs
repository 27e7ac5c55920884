import { existsSync, readFileSync } from 'node:fs';
import { reportStep } from './report-step.mjs';
import { runQuietly } from './run-quietly.mjs';

const updateMs = 2 * 60_000;
const installMs = 5 * 60_000;

/** Whether {@link installBrowser} can do anything here: root on Debian. */
export function canInstallBrowser() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get') || !existsSync('/etc/os-release'))
    return false;
  return /^ID=["']?debian["']?$/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** Installs Debian's Chromium. @returns {Promise<string>} what went wrong, empty when nothing did */
export async function installBrowser() {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=60', '-o', 'Acquire::Retries=2'];
  let output = '';
  await reportStep('Installing Chromium with apt-get', async () => {
    const update = await runQuietly('apt-get', ['update', ...quiet], { env, timeoutMs: updateMs });
    const install = await runQuietly(
      'apt-get',
      ['install', ...quiet, '--no-install-recommends', 'chromium'],
      {
        env,
        timeoutMs: installMs,
      },
    );
    if (install.code !== 0)
      output = `${update.output}${install.output}`.trim().split('\n').slice(-8).join('\n');
  });
  return output;
}
