import { useObservable } from '../platform/observable.ts';
import { useServices } from '../services.ts';
import type { Preferences } from '../settings/preferences.ts';

const devices: readonly { readonly device: Preferences['device']; readonly label: string }[] = [
  { device: 'auto', label: 'Whatever is faster' },
  { device: 'webgpu', label: 'GPU (WebGPU)' },
  { device: 'wasm', label: 'Processor (WASM)' },
];

/** Where models run; it counts from the next load on. */
export function DeviceChoice() {
  const { preferences, models, loadModel } = useServices();
  const { device } = useObservable(preferences);
  const state = useObservable(models.state);
  return (
    <fieldset className="panel">
      <legend>Where it runs</legend>
      <div className="choices">
        {devices.map((entry) => (
          <label key={entry.device} className="choice">
            <input
              type="radio"
              name="device"
              checked={device === entry.device}
              onChange={() => {
                preferences.set({ ...preferences.get(), device: entry.device });
                if (state.kind === 'ready') loadModel(state.choice);
              }}
            />
            <span>{entry.label}</span>
          </label>
        ))}
      </div>
      {state.kind === 'ready' && <p className="hint">Changing this loads the model again.</p>}
    </fieldset>
  );
}
