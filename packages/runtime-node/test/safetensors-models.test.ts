import { cpuExactProfile, cpuProfile } from '@llamella/graph';
import { openSafetensors } from '@llamella/weights';
import { describe, expect, it } from 'vitest';
import { relativeError } from './closeness.ts';
import { goldenFile, goldenSource, readGolden } from './golden-logits.ts';
import { openBackend } from './open-backend.ts';

/** Of the largest logit; the reference computes in float32 too. */
const FLOAT32_ERROR = 3e-5;

const names = [
  ...['llama-3', 'llama-linear', 'llama-yarn', 'llama-bias', 'mistral', 'qwen2', 'qwen2-sliding', 'qwen3'],
  ...['smollm3', 'gemma2', 'gemma3', 'phi3', 'phi3-partial', 'granite'],
];
/** transformers answered with the short frequencies, since the tokens are within the original context. */
const contextLengths: Readonly<Record<string, number>> = { 'phi3-partial': 16 };

function open(name: string) {
  const folder = `tiny-models/${name}`;
  return openSafetensors({
    files: new Map([['model.safetensors', goldenSource(`${folder}/model.safetensors`)]]),
    config: JSON.parse(goldenFile(`${folder}/config.json`).toString()),
  });
}

describe.each(names)('%s as transformers saves it', (name) => {
  it.each([cpuExactProfile, cpuProfile])('has the logits of transformers ($name)', async (profile) => {
    const { tokens, logits } = readGolden(`tiny-models/${name}`);
    await using checkpoint = await open(name);
    const contextLength = contextLengths[name] ?? checkpoint.config.contextLength;
    await using backend = await openBackend({ checkpoint }, { profile, contextLength });
    const whole = await backend.forward({ slot: 0, position: 0, tokens, logits: 'all' });
    expect(relativeError(whole, logits)).toBeLessThan(FLOAT32_ERROR);
    const width = checkpoint.config.vocabularySize;
    for (const [position, token] of tokens.entries()) {
      const request = { slot: 0, position, tokens: Uint32Array.of(token), logits: 'last' } as const;
      const expected = logits.subarray(position * width, (position + 1) * width);
      expect(relativeError(await backend.forward(request), expected), `token ${position}`).toBeLessThan(
        FLOAT32_ERROR,
      );
    }
  });
});
