import { useEffect, useRef } from 'react';
import { embeddedModel } from '../model/embedded-model.ts';
import type { ModelChoice } from '../model/model-session.ts';
import { useObservable } from '../platform/observable.ts';
import { useServices } from '../services.ts';
import { DeviceChoice } from './device-choice.tsx';
import { Dialog } from './dialog.tsx';
import { KeptModels } from './kept-models.tsx';
import { LoadPanel } from './load-panel.tsx';
import { ModelFiles } from './model-files.tsx';
import { ModelLink } from './model-link.tsx';
import { SupportNotes } from './support-notes.tsx';

/** Where a model is chosen, loaded, kept and removed. */
export default function ModelDialog({ onClose }: { readonly onClose: () => void }) {
  const { models, loadModel } = useServices();
  const state = useObservable(models.state);
  const load = (choice: ModelChoice) => loadModel(choice);
  const top = useRef<HTMLDivElement>(null);
  const kind =
    state.kind === 'ready' ? (state.incoming ? 'loading' : state.refused ? 'failed' : 'ready') : state.kind;
  useEffect(() => {
    if (kind === 'loading' || kind === 'failed') top.current?.scrollIntoView({ block: 'end' });
  }, [kind]);
  return (
    <Dialog title="Models" className="wide" onClose={onClose}>
      <div ref={top} className="scroll-target">
        <LoadPanel />
      </div>
      {state.kind === 'ready' && <Running />}
      <section className="panel">
        <h3>Comes with this page</h3>
        <div className="card">
          <div>
            <strong>{embeddedModel.label}</strong>
            <p className="hint">Small and quick: 98 MB. Good for trying things out; it knows little.</p>
          </div>
          <button type="button" className="primary" onClick={() => load(embeddedModel)}>
            Load
          </button>
        </div>
      </section>
      <KeptModels onLoad={load} state={state} />
      <ModelLink onLoad={load} />
      <ModelFiles onLoad={load} />
      <DeviceChoice />
      <SupportNotes />
    </Dialog>
  );
}

/** The model that answers now, and what is to be known about it. */
function Running() {
  const { models } = useServices();
  const state = useObservable(models.state);
  if (state.kind !== 'ready') return null;
  const { model } = state;
  return (
    <section className="panel">
      <h3>Loaded</h3>
      <div className="card">
        <div>
          <strong>{model.name}</strong>
          <p className="hint">
            {model.device === 'webgpu' ? 'On the GPU' : `On the processor, ${threads(model.threads)}`},{' '}
            {model.contextLength.toLocaleString('en')} tokens of context, loaded in{' '}
            {(model.loadMs / 1000).toFixed(1)} s
          </p>
          {model.notes.length > 0 && (
            <ul className="notes">
              {model.notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          )}
        </div>
        <button type="button" onClick={() => void models.unload()}>
          Unload
        </button>
      </div>
    </section>
  );
}

function threads(count: number): string {
  return count === 1 ? 'one thread' : `${count} threads`;
}
