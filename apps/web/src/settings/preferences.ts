import { type MutableObservable, observable } from '../platform/observable.ts';
import { defaultSampling, type SamplingSettings } from './sampling-settings.ts';

/** A model that can be loaded again: files that were only dropped cannot. */
export interface RememberedModel {
  /** Empty for the embedded one. */
  readonly reference: string;
  readonly label: string;
}

/** What this browser remembers of its user, beside conversations. */
export interface Preferences {
  readonly theme: 'system' | 'light' | 'dark';
  /** Whether answers are shown as tokens with their probabilities. */
  readonly showTokens: boolean;
  readonly device: 'auto' | 'webgpu' | 'wasm';
  /** For new conversations. */
  readonly sampling: SamplingSettings;
  /** For new conversations; absent: what the model recommends. */
  readonly systemPrompt?: string;
  /** Loaded when the page opens. */
  readonly model?: RememberedModel;
  /** Asked for from the web, the last one first. */
  readonly recent: readonly RememberedModel[];
}

/** What a new user has. */
export const defaultPreferences: Preferences = {
  theme: 'system',
  showTokens: false,
  device: 'auto',
  sampling: defaultSampling,
  recent: [],
};

const key = 'llamella-preferences';

/** Reads what was kept; fields that are damaged are as for a new user. */
export function parsePreferences(text: string | null): Preferences {
  if (text === null) return defaultPreferences;
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return defaultPreferences;
  }
  if (typeof found !== 'object' || found === null) return defaultPreferences;
  const { theme, showTokens, device, sampling, systemPrompt, model, recent } = found as Partial<
    Record<keyof Preferences, unknown>
  >;
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    showTokens: showTokens === true,
    device: device === 'webgpu' || device === 'wasm' ? device : 'auto',
    sampling: isSampling(sampling) ? sampling : defaultSampling,
    ...(typeof systemPrompt === 'string' && { systemPrompt }),
    ...(isRemembered(model) && { model }),
    recent: Array.isArray(recent) ? recent.filter(isRemembered) : [],
  };
}

function isSampling(value: unknown): value is SamplingSettings {
  if (typeof value !== 'object' || value === null) return false;
  const { preset, values } = value as Partial<SamplingSettings>;
  return (
    ['model', 'exact', 'balanced', 'creative', 'custom'].includes(preset ?? '') &&
    typeof values === 'object' &&
    values !== null &&
    Object.values(values).every((entry) => typeof entry === 'number' && Number.isFinite(entry))
  );
}

function isRemembered(value: unknown): value is RememberedModel {
  if (typeof value !== 'object' || value === null) return false;
  const { reference, label } = value as Partial<RememberedModel>;
  return typeof reference === 'string' && typeof label === 'string';
}

/** The preferences of this browser, in step with other tabs. Where nothing can be kept, they last as long as the page. */
export function openPreferences(): MutableObservable<Preferences> {
  const read = () => {
    try {
      return parsePreferences(localStorage.getItem(key));
    } catch {
      return defaultPreferences;
    }
  };
  const value = observable(read());
  addEventListener('storage', (event) => {
    if (event.key === key) value.set(parsePreferences(event.newValue));
  });
  return {
    ...value,
    set(next) {
      value.set(next);
      try {
        localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // A browser that keeps nothing still shows what was chosen.
      }
    },
  };
}
