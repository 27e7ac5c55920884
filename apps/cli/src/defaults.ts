import type { GenerateOptions } from '@llamella/spec';

/** Sampling of `chat`: what the model card of SmolLM2-135M-Instruct recommends. */
export const chatDefaults = { temperature: 0.2, topP: 0.9 } as const satisfies GenerateOptions;

/** Sampling of `run`: greedy, so that a completion can be reproduced, and bounded. */
export const runDefaults = { maxTokens: 256, temperature: 0 } as const satisfies GenerateOptions;
