import { type ReactNode, useEffect, useId, useState } from 'react';
import { useObservable } from '../platform/observable.ts';
import { useServices } from '../services.ts';
import {
  effectiveValues,
  type PresetName,
  parseSamplingField,
  presets,
  type SamplingField,
  type SamplingSettings,
  samplingFields,
  withSamplingValue,
} from '../settings/sampling-settings.ts';
import { Dialog } from './dialog.tsx';
import { ThemeChoice } from './theme.tsx';

const presetLabels: Readonly<Record<PresetName | 'custom', string>> = {
  model: 'The model’s own',
  exact: 'Precise',
  balanced: 'Balanced',
  creative: 'Creative',
  custom: 'My own',
};

/** System prompt and sampling of the conversation that is shown, and of those begun later. */
export default function SettingsDialog({ onClose }: { readonly onClose: () => void }) {
  const { library, models, preferences } = useServices();
  const { id, sampling, systemPrompt } = useObservable(library.current);
  const state = useObservable(models.state);
  const model = state.kind === 'ready' ? state.model : undefined;
  const recommended = model?.recommendedSampling;
  const setSampling = (next: SamplingSettings) => {
    library.change(id, (now) => ({ ...now, sampling: next, updatedAt: Date.now() }));
    preferences.set({ ...preferences.get(), sampling: next });
  };
  const setSystemPrompt = (next: string | undefined) => {
    library.change(id, ({ systemPrompt: _, ...now }) => ({
      ...now,
      ...(next !== undefined && { systemPrompt: next }),
      updatedAt: Date.now(),
    }));
    const { systemPrompt: _, ...others } = preferences.get();
    preferences.set({ ...others, ...(next !== undefined && { systemPrompt: next }) });
  };
  const values = effectiveValues(sampling, recommended);
  return (
    <Dialog title="Settings" className="drawer" onClose={onClose}>
      <p className="hint">For this conversation, and for those you begin later.</p>
      <SystemPrompt
        value={systemPrompt}
        recommended={model?.recommendedSystemPrompt}
        onChange={setSystemPrompt}
      />
      <fieldset>
        <legend>How words are chosen</legend>
        <div className="choices">
          {(Object.keys(presetLabels) as (keyof typeof presetLabels)[]).map((name) => (
            <label key={name} className="choice">
              <input
                type="radio"
                name="preset"
                checked={sampling.preset === name}
                onChange={() =>
                  setSampling({
                    preset: name,
                    values: name === 'custom' ? values : limitsOf(sampling),
                  })
                }
              />
              <span>{presetLabels[name]}</span>
            </label>
          ))}
        </div>
        <p className="hint">{explain(sampling.preset, recommended !== undefined, model !== undefined)}</p>
        <div className="fields">
          {samplingFields.map((field) => (
            <NumberField
              key={field.name}
              field={field}
              value={values[field.name]}
              onChange={(value) => setSampling(withSamplingValue(sampling, field.name, value, recommended))}
            />
          ))}
        </div>
      </fieldset>
      <ThemeChoice />
    </Dialog>
  );
}

function limitsOf({ values: { maxTokens, seed } }: SamplingSettings): SamplingSettings['values'] {
  return { ...(maxTokens !== undefined && { maxTokens }), ...(seed !== undefined && { seed }) };
}

function explain(preset: SamplingSettings['preset'], isRecommended: boolean, isLoaded: boolean): string {
  if (preset === 'exact') return 'Always the likeliest word: the same question gives the same answer.';
  if (preset === 'balanced') return 'Some variety without straying far.';
  if (preset === 'creative')
    return `More variety, and more mistakes: temperature ${presets.creative.temperature}.`;
  if (preset === 'custom') return 'Your own values.';
  if (!isLoaded) return 'As the model’s makers recommend.';
  return isRecommended
    ? 'As the model’s makers recommend.'
    : 'The model’s files recommend nothing: these values stay near the likeliest words.';
}

function SystemPrompt({
  value,
  recommended,
  onChange,
}: {
  readonly value: string | undefined;
  readonly recommended: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>System prompt</label>
      <textarea
        id={id}
        rows={4}
        value={value ?? recommended ?? ''}
        placeholder="Who the model is and how it should answer. Empty: nothing is said."
        onChange={(event) => onChange(event.target.value)}
        aria-describedby={`${id}-help`}
      />
      <p className="hint" id={`${id}-help`}>
        {value !== undefined
          ? 'Your own.'
          : recommended !== undefined
            ? recommended === ''
              ? 'An empty one is recommended for this model.'
              : 'Recommended for this model.'
            : 'None is recommended for this model.'}
      </p>
      {value !== undefined && (
        <button type="button" className="small" onClick={() => onChange(undefined)}>
          Use the model’s own
        </button>
      )}
    </div>
  );
}

function NumberField({
  field,
  value,
  onChange,
}: {
  readonly field: SamplingField;
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
}): ReactNode {
  const id = useId();
  const [text, setText] = useState(value?.toString() ?? '');
  useEffect(() => {
    // A value from elsewhere, such as another preset, takes the place of what was typed.
    setText((typed) => {
      const parsed = parseSamplingField(field, typed);
      return 'value' in parsed && parsed.value === value ? typed : (value?.toString() ?? '');
    });
  }, [value, field]);
  const parsed = parseSamplingField(field, text);
  const error = 'error' in parsed ? parsed.error : undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{field.label}</label>
      <input
        id={id}
        inputMode={field.step >= 1 ? 'numeric' : 'decimal'}
        autoComplete="off"
        value={text}
        placeholder={field.whenEmpty}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-help`}
        onChange={(event) => {
          setText(event.target.value);
          const next = parseSamplingField(field, event.target.value);
          if ('value' in next) onChange(next.value);
        }}
      />
      <p className={error ? 'hint wrong' : 'hint'} id={`${id}-help`}>
        {error ?? field.help}
      </p>
    </div>
  );
}
