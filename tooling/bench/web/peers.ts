/** What is measured. */
export type CandidateName = 'llamella' | 'wllama' | 'transformers.js';

/** Versions of the libraries that Llamella is compared with, by their package. */
export const peerVersions = { '@wllama/wllama': '3.8.1', '@huggingface/transformers': '4.3.1' } as const;
