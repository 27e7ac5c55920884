import type { GenerateOptions, SamplingOptions } from '@llamella/spec';

/** The settings that the page offers; an absent one leaves its step out. */
export interface SamplingValues {
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
  readonly maxTokens?: number;
  readonly seed?: number;
}

/** A preset by name, or values of one's own. */
export interface SamplingSettings {
  readonly preset: PresetName | 'custom';
  /** Counts when `preset` is `custom`; `maxTokens` and `seed` always count. */
  readonly values: SamplingValues;
}

/** Names of presets. */
export type PresetName = 'model' | 'exact' | 'balanced' | 'creative';

/** How one field is asked for. */
export interface SamplingField {
  readonly name: keyof SamplingValues;
  readonly label: string;
  readonly help: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number;
  /** What an empty field means. */
  readonly whenEmpty: string;
}

/** Fields in the order in which they are shown. */
export const samplingFields: readonly SamplingField[] = [
  {
    name: 'temperature',
    label: 'Temperature',
    help: '0 always takes the likeliest token; higher is more varied.',
    minimum: 0,
    maximum: 5,
    step: 0.05,
    whenEmpty: '0',
  },
  {
    name: 'topK',
    label: 'Top-k',
    help: 'Draws among this many of the likeliest tokens.',
    minimum: 0,
    maximum: 1000,
    step: 1,
    whenEmpty: 'all',
  },
  {
    name: 'topP',
    label: 'Top-p',
    help: 'Draws among the likeliest tokens that make up this share.',
    minimum: 0.01,
    maximum: 1,
    step: 0.01,
    whenEmpty: 'all',
  },
  {
    name: 'minP',
    label: 'Min-p',
    help: 'Drops tokens less likely than this share of the likeliest.',
    minimum: 0,
    maximum: 1,
    step: 0.01,
    whenEmpty: 'none',
  },
  {
    name: 'repetitionPenalty',
    label: 'Repetition penalty',
    help: 'Above 1, words that were said become less likely.',
    minimum: 0.5,
    maximum: 2,
    step: 0.01,
    whenEmpty: '1',
  },
  {
    name: 'maxTokens',
    label: 'Longest answer',
    help: 'In tokens.',
    minimum: 1,
    maximum: 1_000_000,
    step: 1,
    whenEmpty: 'no limit',
  },
  {
    name: 'seed',
    label: 'Seed',
    help: 'The same seed and settings give the same answer.',
    minimum: 0,
    maximum: 4_294_967_295,
    step: 1,
    whenEmpty: 'random',
  },
];

/** Presets, beside the model's own. */
export const presets: Readonly<Record<Exclude<PresetName, 'model'>, SamplingValues>> = {
  exact: { temperature: 0 },
  balanced: { temperature: 0.7, topK: 40, topP: 0.95, minP: 0.05, repetitionPenalty: 1.05 },
  creative: { temperature: 1.1, minP: 0.05, repetitionPenalty: 1.1 },
};

/** What `model` means for a model that recommends nothing: the values of the command line; small models stray with more. */
export const fallbackValues: SamplingValues = { temperature: 0.2, topP: 0.9 };

/** Settings of a first conversation. */
export const defaultSampling: SamplingSettings = { preset: 'model', values: {} };

/** Values that are shown in the fields. */
export function effectiveValues(
  settings: SamplingSettings,
  recommended: SamplingOptions | undefined,
): SamplingValues {
  const { maxTokens, seed } = settings.values;
  const limits = { ...(maxTokens !== undefined && { maxTokens }), ...(seed !== undefined && { seed }) };
  if (settings.preset === 'custom') return settings.values;
  if (settings.preset !== 'model') return { ...presets[settings.preset], ...limits };
  const values: Record<string, number> = {};
  for (const { name } of samplingFields) {
    const value = recommended?.[name as keyof SamplingOptions];
    if (typeof value === 'number') values[name] = value;
  }
  return { ...(recommended === undefined ? fallbackValues : values), ...limits };
}

/** Options of `chat`. Without a seed, one is drawn for each answer. */
export function toGenerateOptions(
  settings: SamplingSettings,
  recommended: SamplingOptions | undefined,
  drawSeed: () => number,
): SamplingOptions & Pick<GenerateOptions, 'maxTokens'> {
  const values = effectiveValues(settings, recommended);
  const own = settings.preset === 'model' ? recommended : undefined;
  return { ...own, ...values, seed: values.seed ?? drawSeed() };
}

/**
 * Reads what was typed into a field.
 *
 * @returns `value` `undefined` for an empty field, or a sentence that says what is wrong
 */
export function parseSamplingField(
  field: SamplingField,
  text: string,
): { readonly value: number | undefined } | { readonly error: string } {
  const trimmed = text.trim().replace(',', '.');
  if (trimmed === '') return { value: undefined };
  const value = Number(trimmed);
  const isWhole = field.step >= 1;
  const { label, minimum, maximum } = field;
  if (!Number.isFinite(value) || (isWhole && !Number.isInteger(value)) || value < minimum || value > maximum)
    return {
      error: `${label} is a ${isWhole ? 'whole ' : ''}number from ${minimum} to ${maximum}, or empty.`,
    };
  return { value };
}

/** One field changed. Whoever changes a step of a preset has settings of their own. */
export function withSamplingValue(
  settings: SamplingSettings,
  name: keyof SamplingValues,
  value: number | undefined,
  recommended: SamplingOptions | undefined,
): SamplingSettings {
  const isLimit = name === 'maxTokens' || name === 'seed';
  const base = isLimit ? settings.values : effectiveValues(settings, recommended);
  const { [name]: _, ...others } = base;
  const values = value === undefined ? others : { ...others, [name]: value };
  return { preset: isLimit ? settings.preset : 'custom', values };
}
