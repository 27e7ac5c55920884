import { join } from 'node:path';
import { findBrowser } from '@llamella/bootstrap/find-browser.mjs';
import { root } from '@llamella/bootstrap/repository.mjs';
import { playwright } from '@vitest/browser-playwright';
import type { TestProjectInlineConfiguration } from 'vitest/config';
import { nodeModulesInPage } from './node-modules-in-page.ts';
import { nodeOnlyTests } from './node-only-tests.ts';

const folder = join(import.meta.dirname, '../..');

/** Packages without any of Node, whose tests are of what they compute. */
const packages = ['tokenizer', 'sampler', 'grammar', 'chat', 'kv-cache'];

/** Vitest's project that runs the packages' own tests, on their sources, in the browser of this machine. */
export function suitesProject(): TestProjectInlineConfiguration {
  const executablePath = findBrowser();
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return {
    root: folder,
    cacheDir: join(folder, '.test-results/vite'),
    resolve: { conditions: ['@llamella/source', 'module', 'browser', 'development|production'] },
    // Found out while tests run, these would make the page load again.
    optimizeDeps: { include: ['buffer', 'ajv/dist/2020.js', 'ajv-formats'] },
    server: { fs: { allow: [root] } },
    plugins: [nodeModulesInPage(root)],
    test: {
      name: 'suites in a page',
      dir: root,
      include: [
        ...packages.map((name) => `packages/${name}/test/**/*.test.ts`),
        'tooling/browser/test/suites/*.test.ts',
      ],
      exclude: Object.keys(nodeOnlyTests).map((path) => `packages/${path}`),
      testTimeout: 60_000,
      hookTimeout: 60_000,
      fileParallelism: false,
      // Their large shared data stays in Node: what needs it is skipped, and says so.
      env: { LLAMELLA_SHARED_DATA: '/none' },
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        instances: [{ browser: 'chromium' }],
        provider: playwright({
          launchOptions: {
            ...(executablePath !== undefined && { executablePath }),
            args: ['--disable-dev-shm-usage', ...asRoot],
          },
        }),
      },
    },
  };
}
