import { useRef, useState, useSyncExternalStore } from 'react';
import type { ConversationSummary } from '../conversation/conversation.ts';
import { exportFileName, toJson, toMarkdown } from '../conversation/export-conversation.ts';
import { focusMessage } from '../platform/focus-message.ts';
import { useObservable } from '../platform/observable.ts';
import { saveFile } from '../platform/save-file.ts';
import { useServices } from '../services.ts';
import { Icon } from './icons.tsx';
import { Wordmark } from './wordmark.tsx';

/** The conversations of this browser. `onChosen` is called when one was chosen or begun. */
export function Sidebar({ onChosen }: { readonly onChosen: () => void }) {
  const { library, chat } = useServices();
  const summaries = useObservable(library.summaries);
  const { id: currentId } = useObservable(library.current);
  const writing = useSyncExternalStore(chat.live.subscribe, () => chat.live.get()?.conversationId);
  return (
    <>
      <div className="sidebar-head">
        <Wordmark />
      </div>
      <button
        type="button"
        className="new-conversation"
        onClick={() => {
          library.start();
          onChosen();
        }}
      >
        <Icon name="plus" />
        New conversation
      </button>
      {summaries.length === 0 ? (
        <p className="hint sidebar-empty">Conversations are kept here, in this browser only.</p>
      ) : (
        <ul className="conversation-list">
          {summaries.map((summary) => (
            <Entry
              key={summary.id}
              summary={summary}
              isCurrent={summary.id === currentId}
              isWriting={summary.id === writing}
              onChosen={onChosen}
            />
          ))}
        </ul>
      )}
    </>
  );
}

interface EntryProperties {
  readonly summary: ConversationSummary;
  readonly isCurrent: boolean;
  readonly isWriting: boolean;
  readonly onChosen: () => void;
}

function Entry({ summary: { id, title }, isCurrent, isWriting, onChosen }: EntryProperties) {
  const { library, chat } = useServices();
  const [mode, setMode] = useState<'rename' | 'remove'>();
  const returns = useRef(false);
  const goBack = () => {
    returns.current = true;
    setMode(undefined);
  };
  const exportAs = (kind: 'json' | 'md') => {
    const conversation = library.get(id);
    if (conversation === undefined) return;
    const text = kind === 'json' ? toJson(conversation) : toMarkdown(conversation);
    saveFile(exportFileName(title, kind), text, kind === 'json' ? 'application/json' : 'text/markdown');
  };
  if (mode === 'rename')
    return (
      <li>
        <form
          className="rename"
          onSubmit={(event) => {
            event.preventDefault();
            const name = String(new FormData(event.currentTarget).get('title')).trim();
            if (name !== '')
              library.change(id, (now) => ({ ...now, title: name, isNamed: true, updatedAt: Date.now() }));
            goBack();
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            // Neither an answer nor a window above ends with it.
            event.stopPropagation();
            event.preventDefault();
            goBack();
          }}
        >
          <input
            name="title"
            defaultValue={title}
            aria-label="Name of the conversation"
            maxLength={200}
            // It was asked for by the button that it takes the place of.
            ref={(input) => input?.select()}
          />
          <button type="submit" className="quiet icon-only" aria-label="Save the name">
            <Icon name="check" />
          </button>
        </form>
      </li>
    );
  if (mode === 'remove')
    return (
      <li className="confirm">
        <span>Delete “{title}”?</span>
        <div className="row">
          <button
            type="button"
            className="danger"
            ref={(button) => button?.focus()}
            onClick={() => {
              if (isWriting) chat.stop();
              void library.remove(id);
              focusMessage();
            }}
          >
            Delete
          </button>
          <button type="button" onClick={goBack}>
            Keep
          </button>
        </div>
      </li>
    );
  return (
    <li className={isCurrent ? 'current' : undefined}>
      <button
        type="button"
        className="conversation"
        ref={(button) => {
          if (!returns.current || button === null) return;
          returns.current = false;
          button.focus();
        }}
        aria-current={isCurrent ? 'true' : undefined}
        onClick={() => {
          void library.open(id);
          onChosen();
        }}
      >
        <span className="conversation-title">{title}</span>
        {isWriting && <span className="writing-mark">writing</span>}
      </button>
      {isCurrent && (
        <fieldset className="conversation-actions">
          <legend className="hidden">“{title}”</legend>
          <button type="button" className="quiet" onClick={() => setMode('rename')}>
            Rename
          </button>
          <button type="button" className="quiet" onClick={() => exportAs('md')} title="Save as Markdown">
            Markdown
          </button>
          <button type="button" className="quiet" onClick={() => exportAs('json')} title="Save as JSON">
            JSON
          </button>
          <button type="button" className="quiet" onClick={() => setMode('remove')}>
            Delete
          </button>
        </fieldset>
      )}
    </li>
  );
}
