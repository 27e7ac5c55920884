import { InvalidFileError, type ModelConfig } from '@llamella/spec';
import { checkScaling } from './check-scaling.ts';

const wholeNumbers = [
  'contextLength',
  'vocabularySize',
  'hiddenSize',
  'intermediateSize',
  'layerCount',
  'headCount',
  'keyValueHeadCount',
  'headSize',
] as const satisfies readonly (keyof ModelConfig)[];

const optionalNumbers = [
  'slidingRopeTheta',
  'attentionScale',
  'attentionSoftcap',
  'logitSoftcap',
  'embeddingScale',
  'residualScale',
  'logitScale',
] as const satisfies readonly (keyof ModelConfig)[];

/** Sizes and positions are int32 in the graph. */
const LARGEST = 2 ** 31 - 1;

/** Throws an error that names the file, unless a condition holds. */
export type Require = (condition: boolean, problem: string) => void;

/**
 * Checks a configuration on its own, and against what ONNX Runtime's attention operator demands, so that an error
 * names the file and the key.
 *
 * @throws {InvalidFileError} for the first value that makes no sense
 */
export function checkConfig(file: string, config: ModelConfig): void {
  const require: Require = (condition, problem) => {
    if (!condition) throw new InvalidFileError({ file }, problem);
  };
  const positive = (key: string, value: number) =>
    require(Number.isFinite(value) && value > 0, `${key} must be above 0, got ${value}`);
  const whole = (key: string, value: number) =>
    require(Number.isInteger(value) &&
      value >= 1 &&
      value <= LARGEST, `${key} must be a whole number from 1 to ${LARGEST}, got ${value}`);
  for (const key of wholeNumbers) whole(key, config[key]);
  const { headSize, headCount, keyValueHeadCount, normEpsilon, rotarySize = headSize } = config;
  require(headSize % 8 === 0, `headSize ${headSize} is not a multiple of 8`);
  require(headCount % keyValueHeadCount ===
    0, `headCount ${headCount} is not a multiple of keyValueHeadCount ${keyValueHeadCount}`);
  require(normEpsilon >= 0 &&
    normEpsilon < 1, `normEpsilon must be at least 0 and below 1, got ${normEpsilon}`);
  positive('ropeTheta', config.ropeTheta);
  require(rotarySize >= 2 &&
    rotarySize <= headSize &&
    rotarySize % 2 === 0, `rotarySize must be even and from 2 to headSize ${headSize}, got ${rotarySize}`);
  checkScaling(config.ropeScaling, rotarySize, require, positive);
  for (const key of optionalNumbers) if (config[key] !== undefined) positive(key, config[key]);
  if (config.slidingWindow !== undefined) whole('slidingWindow', config.slidingWindow);
  for (const key of ['rotaryLayers', 'slidingLayers'] as const) {
    const count = config[key]?.length ?? config.layerCount;
    require(count ===
      config.layerCount, `${key} has ${count} values for a layerCount of ${config.layerCount}`);
  }
  const { activation = 'silu' } = config;
  require(activation === 'silu' ||
    activation === 'gelu-tanh', `activation ${JSON.stringify(activation)} is not known`);
}
