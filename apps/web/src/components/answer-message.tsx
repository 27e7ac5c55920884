import { memo, useSyncExternalStore } from 'react';
import type { Message } from '../conversation/conversation.ts';
import type { LiveAnswer } from '../generation/chat-session.ts';
import { type Observable, useObservable } from '../platform/observable.ts';
import { useServices } from '../services.ts';
import { AnswerText } from './answer-text.tsx';
import { CopyButton } from './copy-button.tsx';
import { Icon } from './icons.tsx';
import { LiveStatus, Statistics } from './statistics.tsx';
import { TokenView } from './token-view.tsx';
import { useIsBusy } from './use-is-busy.ts';
import { Versions } from './versions.tsx';

interface AnswerProperties {
  readonly conversationId: string;
  readonly message: Message;
  readonly versions: readonly Message[];
  readonly isLast: boolean;
  readonly live: Observable<LiveAnswer | undefined>;
}

/** What the model said, or is saying. */
export const AnswerMessage = memo(
  (properties: AnswerProperties) => {
    const { message } = properties;
    return (
      <li className="message answer">
        <h2 className="hidden">{message.model ?? 'Model'}</h2>
        <Answer {...properties} />
      </li>
    );
  },
  (before, after) =>
    before.message === after.message &&
    before.versions.length === after.versions.length &&
    before.isLast === after.isLast,
);

/**
 * Being written here, or finished, or open: written in another tab, or left behind when the page was closed. The text keeps
 * its place when the answer ends: a long one would take a tenth of a second to be drawn anew.
 */
function Answer(properties: AnswerProperties) {
  const { preferences } = useServices();
  const { showTokens } = useObservable(preferences);
  const { message, live } = properties;
  const writing = useSyncExternalStore(live.subscribe, () => {
    const now = message.end === undefined ? live.get() : undefined;
    return now?.messageId === message.id ? now : undefined;
  });
  const text = writing ? writing.progress.text : message.content;
  const tokens = writing ? writing.tokens : message.tokens;
  return (
    <>
      <div className={writing && 'writing'}>
        {showTokens && tokens && tokens.length > 0 ? (
          <TokenView tokens={tokens} />
        ) : (
          <AnswerText text={text} isGrowing={writing !== undefined} />
        )}
      </div>
      {writing ? <LiveStatus live={writing} /> : <AnswerEnd {...properties} showTokens={showTokens} />}
    </>
  );
}

function AnswerEnd({
  conversationId,
  message,
  versions,
  isLast,
  showTokens,
}: AnswerProperties & { readonly showTokens: boolean }) {
  const { chat } = useServices();
  const isBusy = useIsBusy();
  const { content, tokens, end, error, parent } = message;
  return (
    <>
      {showTokens && !tokens && isLast && content !== '' && (
        <p className="hint">This answer has no probabilities yet. Regenerate it to see them.</p>
      )}
      <Ending end={end} error={error} />
      <div className="actions">
        {content !== '' && <CopyButton text={content} label="Copy" />}
        <button
          type="button"
          className="quiet"
          aria-disabled={isBusy}
          onClick={() => parent !== null && chat.answer(conversationId, parent)}
        >
          <Icon name="repeat" />
          <span className="button-text">Regenerate</span>
        </button>
        <Versions conversationId={conversationId} message={message} versions={versions} />
        <Statistics message={message} />
      </div>
    </>
  );
}

function Ending({
  end,
  error,
}: {
  readonly end: Message['end'] | undefined;
  readonly error: string | undefined;
}) {
  if (end === 'error') return <p className="ending failed">{error}</p>;
  const sentence = end === undefined ? endings.open : endings[end];
  return sentence === undefined ? null : <p className="ending">{sentence}</p>;
}

const endings: Readonly<Record<string, string | undefined>> = {
  open: 'This answer is not finished. Regenerate it, unless it is still being written in another tab.',
  stopped: 'Stopped.',
  length: 'The longest answer that the settings allow ends here.',
  'context-full':
    'The model’s context is full. Begin a new conversation, or edit an earlier message and go on from there.',
};
