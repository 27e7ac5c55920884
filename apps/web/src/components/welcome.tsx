import { embeddedModel } from '../model/embedded-model.ts';
import { useObservable } from '../platform/observable.ts';
import { useServices } from '../services.ts';
import { Layers } from './wordmark.tsx';

const suggestions = [
  'What is the capital of France?',
  'Explain why the sky is blue to a child.',
  'Compare tea and coffee in a table.',
  'Write a haiku about thin layers.',
];

/** What is shown before anything was said. */
export function Welcome({ onChooseModel }: { readonly onChooseModel: () => void }) {
  const { models, chat, library, loadModel, preferences } = useServices();
  const state = useObservable(models.state);
  const conversation = useObservable(library.current);
  const { model } = useObservable(preferences);
  const needsModel = state.kind === 'none';
  return (
    <div className="welcome">
      <Layers className="large" />
      <h1>A language model in this tab</h1>
      <p className="lead">It runs on this machine. What you write does not leave it.</p>
      {needsModel && (
        <div className="row centered">
          <button type="button" className="primary" onClick={() => loadModel(model ?? embeddedModel)}>
            Load {(model ?? embeddedModel).label}
          </button>
          <button type="button" onClick={onChooseModel}>
            Choose another model
          </button>
        </div>
      )}
      <ul className="suggestions" aria-label="Questions to begin with">
        {suggestions.map((text) => (
          <li key={text}>
            <button type="button" onClick={() => chat.ask(conversation.id, text, null)}>
              {text}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
