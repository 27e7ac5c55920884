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
