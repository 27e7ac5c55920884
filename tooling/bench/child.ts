import { readFileSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readTeacherForced } from '@llamella/reference/read-golden';
import type { Candidate } from './candidate.ts';
import { measure } from './measure.ts';
import type { CandidateName, MeasurementRequest } from './measurement.ts';

const candidates: Record<CandidateName, () => Promise<Candidate>> = {
  llamella: async () => (await import('./llamella-candidate.ts')).llamella,
  'node-llama-cpp': async () => (await import('./peer-candidate.ts')).peer,
};

const request = JSON.parse(process.argv[2]!) as MeasurementRequest;
const golden = fileURLToPath(import.meta.resolve('@llamella/reference/golden/smollm2-teacher-forced.bin'));
const text = Uint32Array.from(readTeacherForced(readFileSync(golden), golden).tokens);
const measurement = await measure(candidates[request.candidate], request.settings, request.scenario, text);
writeSync(3, JSON.stringify(measurement));
process.exit(0);
