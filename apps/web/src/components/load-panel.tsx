import { useState } from 'react';
import { type DescribedError, describeChatProblem } from '../model/describe-error.ts';
import { embeddedModel } from '../model/embedded-model.ts';
import type { BrowserModel } from '../model/llamella.ts';
import { currentPhase, estimate, type PhaseProgress, phaseLabel } from '../model/load-progress.ts';
import { formatBytes, formatDuration } from '../platform/format.ts';
import { useObservable } from '../platform/observable.ts';
import { useServices } from '../services.ts';
import { Notice } from './notice.tsx';

/** How far a model has come, with a way to stop; or why it failed, with a way to go on. */
export function LoadPanel({ onChooseModel }: { readonly onChooseModel?: () => void }) {
  const { models, loadModel, preferences } = useServices();
  const state = useObservable(models.state);
  const { model: last } = useObservable(preferences);
  const [seen, setSeen] = useState<DescribedError | BrowserModel>();
  const choose = onChooseModel && (
    <button type="button" onClick={onChooseModel}>
      Choose another model
    </button>
  );
  if (state.kind === 'failed') {
    const other = last ?? embeddedModel;
    return (
      <Notice kind="error" title={state.error.title} detail={state.error.detail}>
        <p>{state.error.advice}</p>
        <div className="row">
          <button type="button" onClick={() => loadModel(state.choice)}>
            Try again
          </button>
          {other.reference !== state.choice.reference && (
            <button type="button" onClick={() => loadModel(other)}>
              {last ? 'Go back to' : 'Load'} {other.label}
            </button>
          )}
          {choose}
        </div>
      </Notice>
    );
  }
  if (state.kind === 'ready' && state.recovering !== undefined)
    return (
      <Notice kind="warning" title="The GPU was lost. The model is being loaded again.">
        <p>Nothing has to be downloaded again. The conversation goes on when it is back.</p>
      </Notice>
    );
  if (state.kind === 'ready' && state.refused && state.refused !== seen)
    return (
      <Notice
        kind="error"
        title={state.refused.title}
        detail={state.refused.detail}
        onClose={() => setSeen(state.refused)}
      >
        <p>{state.refused.advice}</p>
        <p>{state.model.name} stays loaded.</p>
      </Notice>
    );
  if (state.kind === 'ready' && state.notKept && !state.incoming && state.notKept !== seen)
    return (
      <Notice
        kind="warning"
        title="The model runs from its files, and is not kept."
        detail={state.notKept.detail}
        onClose={() => setSeen(state.notKept)}
      >
        <p>{state.notKept.title} Choose the files again the next time.</p>
      </Notice>
    );
  if (state.kind === 'ready' && state.model.chatProblem && !state.incoming && state.model !== seen) {
    const { title, advice, detail } = describeChatProblem(state.model.chatProblem);
    return (
      <Notice kind="warning" title={title} detail={detail} onClose={() => setSeen(state.model)}>
        <p>{advice}</p>
        {choose && <div className="row">{choose}</div>}
      </Notice>
    );
  }
  const shown = state.kind === 'ready' ? state.incoming : state.kind === 'loading' ? state : undefined;
  if (shown === undefined) return null;
  const phase = currentPhase(shown.progress);
  return (
    <section className="load-panel" aria-label="Loading the model">
      <div className="load-head">
        <strong>{shown.choice.label}</strong>
        <button type="button" onClick={() => models.cancel()}>
          Cancel
        </button>
      </div>
      {phase === undefined ? (
        <Bar label="Starting" />
      ) : (
        shown.progress.map((entry) => <Phase key={entry.phase} phase={entry} isCurrent={entry === phase} />)
      )}
      {phase?.phase === 'download' && (
        <p className="hint">
          {shown.keepsDownloads
            ? 'Cancel whenever you like: the next time, the download goes on where it stopped.'
            : 'This browser keeps no models here: the next time, the download begins again.'}
        </p>
      )}
    </section>
  );
}

function Phase({ phase, isCurrent }: { readonly phase: PhaseProgress; readonly isCurrent: boolean }) {
  const { loaded, total, files } = phase;
  const rest = isCurrent ? estimate(phase) : undefined;
  const amount = total > 0 ? `${formatBytes(loaded)} of ${formatBytes(total)}` : formatBytes(loaded);
  const label = phaseLabel(phase.phase);
  const detail =
    rest && phase.phase === 'download'
      ? `${amount}, ${formatBytes(rest.bytesPerSecond)}/s, ${formatDuration(rest.msLeft)} left`
      : amount;
  return (
    <div className={isCurrent ? 'phase' : 'phase done'}>
      <Bar label={label} detail={detail} share={total > 0 ? loaded / total : undefined} />
      {isCurrent && files.length > 1 && (
        <ul className="file-list">
          {files.map((file) => (
            <li key={file.name}>
              <span className="file-name">{file.name}</span>
              <span className="file-amount">
                {file.total > 0
                  ? `${Math.floor((file.loaded / file.total) * 100)} %`
                  : formatBytes(file.loaded)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** A bar with its name; without a share, something that only moves. */
export function Bar({
  label,
  detail,
  share,
}: {
  readonly label: string;
  readonly detail?: string | undefined;
  readonly share?: number | undefined;
}) {
  return (
    <div className="bar">
      <span className="bar-label">
        <span>{label}</span>
        {detail && <span className="bar-detail">{detail}</span>}
      </span>
      {share === undefined ? (
        <progress aria-label={label} />
      ) : (
        <progress aria-label={label} value={Math.min(1, Math.max(0, share))} max={1} />
      )}
    </div>
  );
}
