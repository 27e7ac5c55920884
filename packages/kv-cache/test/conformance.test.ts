import { describeKvCache } from '@llamella/conformance';
import { createKvCache } from '@llamella/kv-cache';

describeKvCache((options) => createKvCache({ ...options, initialCapacity: 4 }));
