import { currentPhase, phaseLabel } from '../model/load-progress.ts';
import type { ModelState } from '../model/model-session.ts';
import { useObservable } from '../platform/observable.ts';
import { useServices } from '../services.ts';
import { Icon } from './icons.tsx';

/** Says which model answers, and opens the window where another one is chosen. */
export function ModelButton({ onOpen }: { readonly onOpen: () => void }) {
  const state = useObservable(useServices().models.state);
  const { name, detail } = describe(state);
  return (
    <button type="button" className="model-button" onClick={onOpen} aria-haspopup="dialog">
      <Icon name="model" />
      <span className="model-name">
        <span className="hidden">Model: </span>
        {name}
      </span>
      <span className="model-detail">{detail}</span>
    </button>
  );
}

function describe(state: ModelState): { name: string; detail: string } {
  switch (state.kind) {
    case 'none':
      return { name: 'Choose a model', detail: '' };
    case 'loading': {
      const phase = currentPhase(state.progress);
      const share = phase && phase.total > 0 ? ` ${Math.floor((phase.loaded / phase.total) * 100)} %` : '';
      return { name: state.choice.label, detail: phase ? phaseLabel(phase.phase) + share : 'Starting' };
    }
    case 'failed':
      return { name: state.choice.label, detail: 'Failed' };
    case 'ready': {
      const { model, recovering } = state;
      if (recovering !== undefined) return { name: model.name, detail: 'Loading again' };
      const threads = model.threads > 1 ? ` · ${model.threads} threads` : '';
      return { name: model.name, detail: model.device === 'webgpu' ? 'WebGPU' : `WASM${threads}` };
    }
  }
}
