export { applyGuidance } from './apply-guidance.ts';
export {
  advanceBeams,
  type Beam,
  type BeamSearchOptions,
  type BeamState,
  startBeams,
} from './beam-search.ts';
export { type BreakerTokenizer, findBreakers } from './find-breakers.ts';
export { acceptToken, type Verification, verifyDraft, verifySampled } from './speculate.ts';
