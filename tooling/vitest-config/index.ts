import { defineConfig } from 'vitest/config';

const conditions = ['@llamella/source', 'module', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['@llamella/source'] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Tests keep no packed weights in the home folder; those of the cache name a folder of their own.
    env: { LLAMELLA_PACKED_CACHE: 'off' },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default', ['json', { outputFile: '.test-results/vitest.json' }]],
  },
});
