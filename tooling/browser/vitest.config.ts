import { defineConfig } from 'vitest/config';
import { browserIsMissing } from './src/open-browser.ts';
import { suitesProject } from './src/suites/suites-project.ts';

export default defineConfig({
  test: {
    reporters: ['default', ['json', { outputFile: '.test-results/vitest.json' }]],
    projects: [
      {
        // Unlike elsewhere, packages are resolved to their built files: these tests are about what is published.
        test: {
          name: 'built packages',
          include: ['test/**/*.test.ts'],
          exclude: ['test/suites/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // A browser each: on small machines they would only wait for each other.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      ...(browserIsMissing ? [] : [suitesProject()]),
    ],
  },
});
