import { useEffect } from 'react';
import { useObservable } from '../platform/observable.ts';
import { useServices } from '../services.ts';
import type { Preferences } from '../settings/preferences.ts';
import { Icon, type IconName } from './icons.tsx';

type Theme = Preferences['theme'];

const themes: readonly { readonly theme: Theme; readonly label: string; readonly icon: IconName }[] = [
  { theme: 'system', label: 'As the system', icon: 'auto' },
  { theme: 'light', label: 'Light', icon: 'sun' },
  { theme: 'dark', label: 'Dark', icon: 'moon' },
];

/** Gives the page the colours that were chosen. */
export function useTheme(): void {
  const { theme } = useObservable(useServices().preferences);
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
}

/** Goes from one theme to the next. */
export function ThemeButton() {
  const { preferences } = useServices();
  const { theme } = useObservable(preferences);
  const index = themes.findIndex((entry) => entry.theme === theme);
  const { label, icon } = themes[index]!;
  const next = themes[(index + 1) % themes.length]!;
  return (
    <button
      type="button"
      className="quiet icon-only theme-button"
      aria-label={`Colours: ${label}. Change to: ${next.label}`}
      title={`Colours: ${label}`}
      onClick={() => preferences.set({ ...preferences.get(), theme: next.theme })}
    >
      <Icon name={icon} />
    </button>
  );
}

/** The same, as a choice. */
export function ThemeChoice() {
  const { preferences } = useServices();
  const { theme } = useObservable(preferences);
  return (
    <fieldset>
      <legend>Colours</legend>
      <div className="choices">
        {themes.map((entry) => (
          <label key={entry.theme} className="choice">
            <input
              type="radio"
              name="theme"
              checked={theme === entry.theme}
              onChange={() => preferences.set({ ...preferences.get(), theme: entry.theme })}
            />
            <span>{entry.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
