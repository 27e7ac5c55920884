// node server/main.ts [--port P] [--host H]: serves the built page.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serveSite } from './serve-site.ts';

const usualPort = 4173;
const usualHost = '127.0.0.1';
const folder = join(import.meta.dirname, '..', 'dist');

try {
  await main();
} catch (error) {
  process.stderr.write(`${sentence(error as NodeJS.ErrnoException)}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { port, host, help } = readArguments();
  if (help) {
    process.stdout.write(
      `Usage: npm run web [-- [--port P] [--host H]]  (default: http://${usualHost}:${usualPort}/)\n`,
    );
    return;
  }
  if (!existsSync(join(folder, 'index.html'))) {
    throw new Error('The page is not built: run "npm run web" in the root of the repository.');
  }
  const site = await serveSite(folder, { port, host });
  const shown = host === '127.0.0.1' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  process.stdout.write(`Llamella is at http://${shown}:${site.port}/ (Ctrl-C ends it)\n`);
  if (!/^(localhost|127\.|::1$)/.test(host)) {
    process.stdout.write(
      'Browsers on other machines run models on one thread and keep nothing unless the page comes over https.\n',
    );
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      void site[Symbol.asyncDispose]().then(() => process.exit(0));
    });
  }
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', short: 'p' },
      host: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const port = Number(values.port ?? usualPort);
  if (!Number.isInteger(port) || port < 0 || port > 65_535 || values.port === '') {
    throw new Error(`--port must be a whole number from 0 to 65535, got ${JSON.stringify(values.port)}.`);
  }
  return { port, host: values.host ?? usualHost, help: values.help ?? false };
}

function sentence({
  code,
  message,
  ...error
}: NodeJS.ErrnoException & { port?: number; address?: string }): string {
  const { port } = error;
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use: choose another one with "npm run web -- --port ${(port ?? 0) + 1}".`;
  if (code === 'EACCES')
    return `Port ${port} may not be used: choose one above 1023 with "npm run web -- --port 4173".`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `--host: this machine has no address ${error.address ?? ''}.`;
  return message;
}
