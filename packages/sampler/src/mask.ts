import { type Candidates, loadCandidates } from './candidates.ts';
import { checkLength } from './check-length.ts';
import { logitsError } from './logits-error.ts';

function checkMask(mask: Uint32Array, vocabularySize: number): void {
  checkLength('mask', mask, Math.ceil(vocabularySize / 32), ` for ${vocabularySize} tokens`);
}

/**
 * Sets the logits of tokens whose bit in `mask` is 0 to -Infinity, whole words at once.
 *
 * @param mask uint32 `[ceil(vocabularySize / 32)]`; bit `id % 32` of entry `id >> 5` belongs to `id`
 * @throws {InvalidArgumentError} for a mask of another size
 */
export function applyMask(logits: Float32Array, mask: Uint32Array): void {
  const { length } = logits;
  checkMask(mask, length);
  for (let start = 0; start < length; start += 32) {
    const bits = mask[start >> 5]! | 0;
    if (bits === -1) continue;
    const end = Math.min(start + 32, length);
    for (let i = start; i < end; i++) if (((bits >>> (i - start)) & 1) === 0) logits[i] = -Infinity;
  }
}

/**
 * Makes the tokens that `mask` allows candidates, and looks at no other logit. Where the mask is sparse, the others are
 * not even passed over one by one.
 *
 * @throws {InvalidArgumentError} as `loadCandidates`, for a mask of another size, or one that allows nothing
 */
export function loadMasked(candidates: Candidates, logits: Float32Array, mask: Uint32Array): void {
  const { ids } = candidates;
  const { length } = logits;
  checkMask(mask, length);
  let filled = 0;
  for (let word = 0; word < mask.length; word++) if (mask[word] !== 0) filled++;
  if (filled * 4 > mask.length || length > ids.length) {
    applyMask(logits, mask);
    loadCandidates(candidates, logits);
    return;
  }
  let kept = 0;
  let maximum = -Infinity;
  for (let word = 0; word < mask.length; word++) {
    for (let bits = mask[word]! | 0; bits !== 0; bits &= bits - 1) {
      const id = word * 32 + 31 - Math.clz32(bits & -bits);
      if (id >= length) break;
      const logit = logits[id]!;
      if (!(logit <= maximum)) {
        if (!(logit < Infinity)) throw logitsError(logits, id);
        maximum = logit;
      }
      logits[kept] = logit;
      ids[kept++] = id;
    }
  }
  if (maximum === -Infinity) throw logitsError(logits);
  candidates.logits = logits;
  candidates.count = kept;
  candidates.size = length;
  candidates.whole = false;
  candidates.maximum = maximum;
}
