import { describeSampler } from '@llamella/conformance';
import { createSampler } from '../src/index.ts';

describeSampler(createSampler);
