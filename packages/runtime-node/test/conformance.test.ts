import { describeBackend } from '@llamella/conformance';
import { cpuProfile } from '@llamella/graph';
import { describe } from 'vitest';
import { openBackend } from './open-backend.ts';
import { createTinyModel } from './tiny-model.ts';

const model = createTinyModel({ seed: 5 });

describe('cpu', () => {
  describeBackend(() => openBackend(model, { profile: cpuProfile, slots: 3, initialCapacity: 8 }), {
    tolerance: 1e-5,
  });
});
