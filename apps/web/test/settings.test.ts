import { describe, expect, test } from 'vitest';
import { defaultPreferences, parsePreferences } from '../src/settings/preferences.ts';
import {
  defaultSampling,
  effectiveValues,
  parseSamplingField,
  presets,
  samplingFields,
  toGenerateOptions,
  withSamplingValue,
} from '../src/settings/sampling-settings.ts';

const recommended = { temperature: 0.6, topK: 20, repetitionPenalty: 1.1, penaltyWindow: -1 };
const field = (name: string) => samplingFields.find((candidate) => candidate.name === name)!;

describe('sampling', () => {
  test('is the model’s own by default, with what the fields do not show', () => {
    const { penaltyWindow: _, ...shown } = recommended;
    expect(effectiveValues(defaultSampling, recommended)).toEqual(shown);
    expect(toGenerateOptions(defaultSampling, recommended, () => 7)).toEqual({ ...recommended, seed: 7 });
  });

  test('stays near the likeliest words where the model recommends nothing', () => {
    expect(effectiveValues(defaultSampling, undefined)).toEqual({ temperature: 0.2, topP: 0.9 });
  });

  test('of a preset takes nothing from the model', () => {
    const settings = { preset: 'exact', values: { maxTokens: 50, topK: 3 } } as const;
    expect(toGenerateOptions(settings, recommended, () => 7)).toEqual({
      temperature: 0,
      maxTokens: 50,
      seed: 7,
    });
  });

  test('keeps a seed that was given', () => {
    const settings = withSamplingValue(defaultSampling, 'seed', 5, recommended);
    expect(settings.preset).toBe('model');
    expect(toGenerateOptions(settings, recommended, () => 7).seed).toBe(5);
    expect(withSamplingValue(settings, 'seed', undefined, recommended).values).toEqual({});
  });

  test('becomes one’s own with the first step that is changed', () => {
    const settings = withSamplingValue(defaultSampling, 'topK', 50, recommended);
    expect(settings).toEqual({
      preset: 'custom',
      values: { temperature: 0.6, topK: 50, repetitionPenalty: 1.1 },
    });
    expect(withSamplingValue(settings, 'topK', undefined, recommended).values).toEqual({
      temperature: 0.6,
      repetitionPenalty: 1.1,
    });
  });

  test('presets are within the limits of the fields', () => {
    for (const values of Object.values(presets))
      for (const [name, value] of Object.entries(values))
        expect(parseSamplingField(field(name), String(value)), name).toEqual({ value });
  });
});

test.each([
  ['temperature', '0,7', { value: 0.7 }],
  ['temperature', ' ', { value: undefined }],
  ['topK', '40', { value: 40 }],
  ['topK', '4.5', { error: 'Top-k is a whole number from 0 to 1000, or empty.' }],
  ['topP', '0', { error: 'Top-p is a number from 0.01 to 1, or empty.' }],
  ['minP', 'x', { error: 'Min-p is a number from 0 to 1, or empty.' }],
  ['seed', '4294967296', { error: 'Seed is a whole number from 0 to 4294967295, or empty.' }],
  ['maxTokens', '1e400', { error: 'Longest answer is a whole number from 1 to 1000000, or empty.' }],
])('%s %j is read as %j', (name, text, parsed) => {
  expect(parseSamplingField(field(name), text)).toEqual(parsed);
});

describe('preferences', () => {
  test('are read as they were written', () => {
    const preferences = {
      theme: 'dark',
      showTokens: true,
      device: 'wasm',
      sampling: { preset: 'custom', values: { temperature: 1 } },
      systemPrompt: 'Be brief.',
      model: { reference: 'hf:a/b', label: 'a/b' },
      recent: [{ reference: 'hf:a/b', label: 'a/b' }],
    };
    expect(parsePreferences(JSON.stringify(preferences))).toEqual(preferences);
  });

  test.each([
    null,
    '',
    '{',
    'null',
    '[]',
    '{"theme":"pink","showTokens":"yes","device":1,"sampling":{"preset":"x"},"systemPrompt":3,"model":{},"recent":[1]}',
    '{"sampling":{"preset":"custom","values":{"temperature":"hot"}}}',
  ])('that are damaged are those of a new user: %j', (text) => {
    expect(parsePreferences(text)).toEqual(defaultPreferences);
  });
});
