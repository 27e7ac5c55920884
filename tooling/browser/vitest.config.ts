import { defineConfig } from 'vitest/config';

// Unlike elsewhere, packages are resolved to their built files: these tests are about what is published.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A browser each: on small machines they would only wait for each other.
    fileParallelism: false,
    reporters: ['default', ['json', { outputFile: '.test-results/vitest.json' }]],
  },
});
