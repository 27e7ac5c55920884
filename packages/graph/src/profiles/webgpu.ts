import { cpuBlockSumProfile, cpuExactProfile, cpuProfile } from './cpu.ts';
import type { Profile } from './profile.ts';

/**
 * ONNX Runtime's WebGPU execution provider, float32. Token ids are int32, since int64 has no kernels there; q, k, v
 * and SiLU keep the form that the provider's own fusions (`MatMulNBitsQkv`, `MatMulNBitsMlp`) look for, and so do the
 * blocks of 32; a format's minimum goes through block sums. Its attention leaves a softcap out, without a word (version
 * 1.30). It has no `FusedMatMul`.
 */
export const webgpuProfile: Profile = {
  ...cpuProfile,
  name: 'webgpu',
  tokenType: 'int32',
  stackQueryKeyValue: false,
  stackGateUp: false,
  silu: 'sigmoid-mul',
  attentionSoftcap: false,
  gemmProducts: true,
  lookupTypes: [],
  linearForm: cpuBlockSumProfile.linearForm,
};

/** The same without 8-bit activations: weights decoded to float32. */
export const webgpuExactProfile: Profile = {
  ...webgpuProfile,
  name: 'webgpu-exact',
  linearForm: cpuExactProfile.linearForm,
};

/**
 * {@link webgpuProfile} in float16: half the bytes for activations, keys, values and scales, on GPUs whose shaders compute
 * in it (`describeGpu().float16` of `@llamella/runtime-web`). Norms sum in float32 inside of their kernels, and logits are
 * cast to float32. Magnitudes above 65504 become infinite: models whose residual stream or scores are that large, as those
 * of Gemma and some of Qwen 2 are, need float32. `@llamella/runtime-web` refuses logits that are not finite.
 *
 * Float weights that are tied to an embedding are rounded to float16, and scales are, where the format has no float16 ones.
 */
export const webgpuHalfProfile: Profile = {
  ...webgpuProfile,
  name: 'webgpu-half',
  floatType: 'float16',
};
