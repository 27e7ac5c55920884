import { InvalidFileError, type ModelConfig, type RopeScaling } from '@llamella/spec';

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

/** Sizes and positions are int32 in the graph. */
const LARGEST = 2 ** 31 - 1;

/**
 * Checks a configuration on its own, and against what ONNX Runtime's attention operator demands, so that an error
 * names the file and the key.
 *
 * @throws {InvalidFileError} for the first value that makes no sense
 */
export function checkConfig(file: string, config: ModelConfig): void {
  const require = (condition: boolean, problem: string): void => {
    if (!condition) throw new InvalidFileError({ file }, problem);
  };
  const positive = (key: string, value: number) =>
    require(Number.isFinite(value) && value > 0, `${key} must be above 0, got ${value}`);
  for (const key of wholeNumbers) {
    const value = config[key];
    require(Number.isInteger(value) &&
      value >= 1 &&
      value <= LARGEST, `${key} must be a whole number from 1 to ${LARGEST}, got ${value}`);
  }
  const { headSize, headCount, keyValueHeadCount, normEpsilon } = config;
  require(headSize % 8 === 0, `headSize ${headSize} is not a multiple of 8`);
  require(headCount % keyValueHeadCount ===
    0, `headCount ${headCount} is not a multiple of keyValueHeadCount ${keyValueHeadCount}`);
  require(normEpsilon >= 0 &&
    normEpsilon < 1, `normEpsilon must be at least 0 and below 1, got ${normEpsilon}`);
  positive('ropeTheta', config.ropeTheta);
  checkScaling(config.ropeScaling, headSize, require, positive);
}

function checkScaling(
  scaling: RopeScaling,
  headSize: number,
  require: (condition: boolean, problem: string) => void,
  positive: (key: string, value: number) => void,
): void {
  switch (scaling.kind) {
    case 'none':
      return;
    case 'linear':
      positive('ropeScaling.factor', scaling.factor);
      return;
    case 'llama3': {
      const { lowFrequencyFactor: low, highFrequencyFactor: high } = scaling;
      positive('ropeScaling.factor', scaling.factor);
      positive('ropeScaling.originalContextLength', scaling.originalContextLength);
      positive('ropeScaling.lowFrequencyFactor', low);
      positive('ropeScaling.highFrequencyFactor', high);
      require(high > low, `ropeScaling.highFrequencyFactor ${high} is not above lowFrequencyFactor ${low}`);
      return;
    }
    case 'divisors': {
      const { divisors } = scaling;
      require(divisors.length ===
        headSize /
          2, `ropeScaling.divisors has ${divisors.length} numbers, headSize ${headSize} needs ${headSize / 2}`);
      for (const [index, divisor] of divisors.entries()) positive(`ropeScaling.divisors[${index}]`, divisor);
      return;
    }
    default:
      require(false, `ropeScaling.kind ${JSON.stringify((scaling as { kind: unknown }).kind)} is not known`);
  }
}
