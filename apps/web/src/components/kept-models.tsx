import { useCallback, useEffect, useState } from 'react';
import { describeError } from '../model/describe-error.ts';
import { referenceToGoOn } from '../model/find-kept.ts';
import type { ModelStore, StoreContents, StoredModel } from '../model/llamella.ts';
import { openModelStore } from '../model/load-llamella.ts';
import type { ModelChoice, ModelState } from '../model/model-session.ts';
import { formatBytes } from '../platform/format.ts';
import { useServices } from '../services.ts';
import { Bar } from './load-panel.tsx';

const noStorage =
  'Nothing can be kept in this browser, or in this private window. Models run all the same, and are downloaded each time.';

/** What is kept in this browser, how much room it takes, and ways to load, go on with and remove it. */
export function KeptModels({
  state,
  onLoad,
}: {
  readonly state: ModelState;
  readonly onLoad: (choice: ModelChoice) => void;
}) {
  const { preferences } = useServices();
  const [contents, setContents] = useState<StoreContents>();
  const [problem, setProblem] = useState<string>();
  const [isRefused, setRefusal] = useState(false);
  const [removing, setRemoving] = useState<string>();

  const work = useCallback(async (action?: (store: ModelStore) => Promise<unknown>) => {
    try {
      const store = await openModelStore();
      await action?.(store);
      setContents(await store.list());
      setProblem(undefined);
    } catch (error) {
      const { code, title, advice, detail } = describeError(error, 'managing');
      setProblem(code === 'unsupported' ? noStorage : `${title} ${advice}${detail ? ` (${detail})` : ''}`);
    }
  }, []);
  // A load that begins or ends changes what is kept.
  useEffect(() => void work(), [work, state.kind]);

  const persist = () =>
    work(async (store) => {
      if (!(await store.persist())) setRefusal(true);
    });
  return (
    <section className="panel" aria-label="Kept models">
      <h3>Kept models</h3>
      {contents?.models.length === 0 && (
        <p className="hint">None yet. Models that you load stay here and then work without a connection.</p>
      )}
      {contents && contents.models.length > 0 && (
        <ul className="kept">
          {contents.models.map((model) => (
            <li key={model.reference} className="card">
              <div>
                <strong>{model.name}</strong>
                <p className="hint">{describe(model)}</p>
              </div>
              {removing === model.reference ? (
                <div className="row">
                  <button
                    type="button"
                    className="danger"
                    ref={(button) => button?.focus()}
                    onClick={() => {
                      setRemoving(undefined);
                      void work((store) => store.remove(model.reference));
                    }}
                  >
                    Remove {formatBytes(model.bytes + model.packedBytes)}
                  </button>
                  <button type="button" onClick={() => setRemoving(undefined)}>
                    Keep
                  </button>
                </div>
              ) : (
                <div className="row">
                  <button
                    type="button"
                    onClick={() =>
                      onLoad(
                        model.isComplete
                          ? { reference: model.reference, label: model.name }
                          : referenceToGoOn(model, preferences.get().recent),
                      )
                    }
                    aria-label={`${model.isComplete ? 'Load' : 'Go on with'} ${model.name}`}
                  >
                    {model.isComplete ? 'Load' : 'Go on'}
                  </button>
                  <button
                    type="button"
                    onClick={() => setRemoving(model.reference)}
                    aria-label={`Remove ${model.name}`}
                  >
                    Remove
                  </button>
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
      {contents && <Room contents={contents} isRefused={isRefused} onPersist={persist} />}
      {problem && (
        <p className="hint wrong" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}

function describe({ bytes, packedBytes, quantization, format, isComplete, lastUsed }: StoredModel): string {
  const packed = packedBytes > 0 ? ` and ${formatBytes(packedBytes)} ready to run` : '';
  return [
    quantization ?? format,
    `${formatBytes(bytes)}${packed}`,
    isComplete ? undefined : 'not complete',
    lastUsed > 0 ? `last used ${new Date(lastUsed).toLocaleDateString()}` : undefined,
  ]
    .filter(Boolean)
    .join(', ');
}

function Room({
  contents: { usageBytes, quotaBytes, persisted },
  isRefused,
  onPersist,
}: {
  readonly contents: StoreContents;
  readonly isRefused: boolean;
  readonly onPersist: () => void;
}) {
  return (
    <>
      {usageBytes !== undefined && quotaBytes !== undefined && quotaBytes > 0 && (
        <Bar
          label="Room in this browser"
          detail={`${formatBytes(usageBytes)} of ${formatBytes(quotaBytes)}`}
          share={usageBytes / quotaBytes}
        />
      )}
      <div className="row spread">
        <p className="hint" role="status">
          {persisted
            ? 'The browser has promised not to remove this by itself.'
            : isRefused
              ? 'The browser does not promise it now. It does so for pages that are installed or often used.'
              : 'The browser may remove this when the disk is full.'}
        </p>
        {!persisted && (
          <button type="button" className="small" onClick={onPersist}>
            Keep it
          </button>
        )}
      </div>
    </>
  );
}
