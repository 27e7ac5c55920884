import { defineConfig } from 'vitest/config';

/** The acceptance tests: the built page in a browser. */
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    testTimeout: 240_000,
    hookTimeout: 120_000,
    // A browser each: on small machines they would only wait for each other.
    fileParallelism: false,
    reporters: ['default', ['json', { outputFile: '.test-results/e2e.json' }]],
  },
});
