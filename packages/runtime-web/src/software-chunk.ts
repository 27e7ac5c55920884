/**
 * Tokens that a sequence begins with in one run, at most, where the processor computes in the place of a GPU: with 32
 * and more of them, SwiftShader gives wrong results without an error.
 */
export const SOFTWARE_CHUNK = 16;
