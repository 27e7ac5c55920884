import { useId, useState } from 'react';
import type { ModelChoice } from '../model/model-session.ts';
import { parseReference } from '../model/parse-reference.ts';
import { useObservable } from '../platform/observable.ts';
import { useServices } from '../services.ts';

/** Loads a model by its link or its name on the Hugging Face Hub. */
export function ModelLink({ onLoad }: { readonly onLoad: (choice: ModelChoice) => void }) {
  const id = useId();
  const { recent } = useObservable(useServices().preferences);
  const [text, setText] = useState('');
  const [error, setError] = useState<string>();
  return (
    <section className="panel">
      <h3>From the web</h3>
      <form
        className="field"
        onSubmit={(event) => {
          event.preventDefault();
          const parsed = parseReference(text, document.baseURI);
          if ('error' in parsed) setError(parsed.error);
          else onLoad(parsed);
        }}
      >
        <label htmlFor={id}>Link, or Hugging Face repository</label>
        <div className="row">
          <input
            id={id}
            className="grow"
            value={text}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            placeholder="owner/name:Q4_K_M"
            aria-invalid={error !== undefined}
            aria-describedby={`${id}-help`}
            onChange={(event) => {
              setText(event.target.value);
              setError(undefined);
            }}
          />
          <button type="submit" className="primary">
            Load
          </button>
        </div>
        <p className={error ? 'hint wrong' : 'hint'} id={`${id}-help`} role={error ? 'alert' : undefined}>
          {error ??
            'A GGUF file by its https:// link, or a repository such as owner/name, with a file or quantization after a colon.'}
        </p>
      </form>
      {recent.length > 0 && (
        <ul className="recent" aria-label="Asked for before">
          {recent.map(({ reference, label }) => (
            <li key={reference}>
              <button type="button" className="quiet small" onClick={() => setText(reference)}>
                {label}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
