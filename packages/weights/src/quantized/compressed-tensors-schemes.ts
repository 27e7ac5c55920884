import { UnsupportedError } from '@llamella/spec';
import { namePatterns } from './module-patterns.ts';
import type { Settings } from './settings.ts';

/** How the layers of one group are stored. */
export interface Scheme {
  /** The group's own format or that of the model; `undefined` when neither is named. */
  readonly format: string | undefined;
  readonly bits: number;
  readonly isFloat: boolean;
  readonly symmetric: boolean;
  /** Rows and columns of weights per scale, where the strategy is `group` or `block`. */
  readonly block: readonly [number, number] | undefined;
}

/** The groups of a model. */
export interface Schemes {
  /** Whether a group quantizes activations. */
  readonly quantizesActivations: boolean;
  /** @returns `undefined` for a layer that is ignored, or that no group names */
  find(module: string): Scheme | undefined;
}

type Matcher = (module: string) => 'name' | 'class' | undefined;

/** Reads `config_groups` and `ignore`. A group that names a layer comes before one that names its class. */
export function readSchemes(settings: Settings): Schemes {
  const groups = settings.object('config_groups');
  if (groups === undefined) throw settings.invalid('config_groups', 'is missing');
  const format = settings.text('format');
  const global = format === 'mixed-precision' ? undefined : format;
  const entries = groups.keys.map((key) => {
    const group = groups.object(key)!;
    const weights = group.object('weights');
    return {
      scheme: weights && readScheme(weights, group.text('format') ?? global),
      activations: group.has('input_activations'),
      match: matcher(group.texts('targets'), settings.file),
    };
  });
  const ignored = matcher(settings.texts('ignore'), settings.file);
  return {
    quantizesActivations: entries.some(({ activations }) => activations),
    find(module) {
      if (ignored(module) !== undefined) return undefined;
      const by = (kind: 'name' | 'class') => entries.find(({ match }) => match(module) === kind);
      return (by('name') ?? by('class'))?.scheme;
    },
  };
}

function readScheme(weights: Settings, format: string | undefined): Scheme {
  const type = weights.text('type') ?? 'int';
  if (type !== 'int' && type !== 'float') throw weights.invalid('type', 'is neither int nor float');
  const symmetric = !weights.has('symmetric') || weights.flag('symmetric');
  if (type === 'float' && !symmetric) {
    throw new UnsupportedError(
      `${weights.file}: floating-point weights with zero points`,
      'use symmetric ones',
    );
  }
  const group = weights.group('group_size');
  const strategy =
    weights.text('strategy') ?? (group === undefined ? 'tensor' : group > 0 ? 'group' : 'channel');
  const blocks = weights.block('block_structure');
  let block: Scheme['block'];
  if (strategy === 'group' || strategy === 'tensor_group') {
    if (group === undefined || group < 1)
      throw weights.invalid('group_size', `is not a number of inputs, which strategy ${strategy} needs`);
    block = [1, group];
  } else if (strategy === 'block') {
    if (blocks === undefined)
      throw weights.invalid('block_structure', 'is missing, which strategy block needs');
    block = blocks;
  } else if (strategy !== 'tensor' && strategy !== 'channel') {
    throw new UnsupportedError(
      `${weights.file}: weights quantized by ${strategy.slice(0, 40)}`,
      'use the strategy tensor, channel, group, tensor_group or block',
    );
  }
  return { format, bits: weights.integer('num_bits', 1) ?? 8, isFloat: type === 'float', symmetric, block };
}

/** Targets are names of layers, regular expressions after `re:`, or classes of PyTorch. */
function matcher(targets: readonly string[], file: string): Matcher {
  const names = new Set(targets);
  const sources = targets.filter((target) => target.startsWith('re:')).map((target) => target.slice(3));
  const patterns = namePatterns(sources, file);
  return (module) => {
    if (names.has(module) || patterns.some((pattern) => pattern.test(module))) return 'name';
    return names.has(module.endsWith('embed_tokens') ? 'Embedding' : 'Linear') ? 'class' : undefined;
  };
}
