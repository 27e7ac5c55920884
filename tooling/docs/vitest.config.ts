import shared from '@llamella/vitest-config';
import { mergeConfig } from 'vitest/config';

export default mergeConfig(shared, { test: { include: ['test/**/*.test.mjs'] } });
