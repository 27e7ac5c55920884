import { type ModelConfig, type RopeScaling, UnsupportedError } from '@llamella/spec';
import { readConfig } from './read-config.ts';

type Json = Readonly<Record<string, unknown>>;

/** Reads what was written: whatever it does not say again, it cannot say. */
export function checkSays(json: Json, config: ModelConfig): void {
  const said = complete(readConfig(json, 'config.json').config);
  for (const [key, value] of Object.entries(complete(config))) {
    // Divisors were compared with the scaling that they are written as.
    if (key === 'ropeScaling' && config.ropeScaling.kind === 'divisors') continue;
    if (isClose(value, said[key])) continue;
    throw unsupported(config, `${key} ${JSON.stringify(value).slice(0, 80)}`, 'write GGUF');
  }
}

/** Without a base of their own, sliding layers are also scaled as all are. */
export function slidingTheta(config: ModelConfig): number | null {
  return config.slidingRopeTheta ?? (config.ropeScaling.kind === 'none' ? config.ropeTheta : null);
}

/** All that matters to the mathematics, with defaults filled in. */
function complete(config: ModelConfig): Json {
  const { ropeScaling: rope, layerCount, headSize, slidingWindow } = config;
  const all = Array.from({ length: layerCount }, () => true);
  const { name: _, ropeInterleaved: __, ...rest } = config;
  const sliding = (config.slidingLayers ?? all).map((slides) => slides && slidingWindow !== undefined);
  return {
    rotarySize: headSize,
    attentionScale: headSize ** -0.5,
    attentionSoftcap: null,
    logitSoftcap: null,
    embeddingScale: 1,
    residualScale: 1,
    logitScale: 1,
    activation: 'silu',
    rotaryLayers: all,
    ...rest,
    slidingWindow: sliding.includes(true) ? slidingWindow : null,
    slidingLayers: sliding,
    slidingRopeTheta: sliding.includes(true) ? slidingTheta(config) : null,
    ropeScaling: completeScaling(rope, config.contextLength),
  };
}

function completeScaling(rope: RopeScaling, contextLength: number): unknown {
  if (rope.kind === 'yarn') {
    return {
      attentionFactor: 0.1 * Math.log(rope.factor) + 1,
      betaFast: 32,
      betaSlow: 1,
      truncate: true,
      ...rope,
    };
  }
  if (rope.kind !== 'longrope') return rope;
  const growth = Math.log(contextLength / rope.originalContextLength) / Math.log(rope.originalContextLength);
  return { attentionFactor: Math.sqrt(1 + Math.max(0, growth)), ...rope };
}

function isClose(left: unknown, right: unknown): boolean {
  if (typeof left === 'number' && typeof right === 'number') {
    return Math.abs(left - right) <= 1e-6 * Math.max(Math.abs(left), Math.abs(right));
  }
  if (typeof left !== 'object' || left === null) return left === right;
  const [mine, theirs] = [Object.entries(left), Object.entries(right ?? {})];
  return mine.length === theirs.length && mine.every(([key, value]) => isClose(value, (right as Json)[key]));
}

export function unsupported(config: ModelConfig, what: string, advice: string): UnsupportedError {
  return new UnsupportedError(`${config.architecture} with ${what}, in a config.json,`, advice);
}
