import { memo, useState } from 'react';
import type { Message } from '../conversation/conversation.ts';
import { focusMessage } from '../platform/focus-message.ts';
import { useServices } from '../services.ts';
import { CopyButton } from './copy-button.tsx';
import { GrowingField } from './growing-field.tsx';
import { Icon } from './icons.tsx';
import { useIsBusy } from './use-is-busy.ts';
import { Versions } from './versions.tsx';

/** What the user said. An edit goes on from there, beside what was said before. */
export const QuestionMessage = memo(
  ({
    conversationId,
    message,
    versions,
  }: {
    readonly conversationId: string;
    readonly message: Message;
    readonly versions: readonly Message[];
  }) => {
    const { chat } = useServices();
    const [isEditing, setIsEditing] = useState(false);
    return (
      <li className="message question">
        <h2 className="hidden">You</h2>
        {isEditing ? (
          <QuestionEditor
            text={message.content}
            onCancel={() => {
              setIsEditing(false);
              focusMessage();
            }}
            onSend={(text) => {
              setIsEditing(false);
              chat.ask(conversationId, text, message.parent);
              focusMessage();
            }}
          />
        ) : (
          <>
            <p className="bubble">{message.content}</p>
            <div className="actions">
              <Versions conversationId={conversationId} message={message} versions={versions} />
              <EditButton onEdit={() => setIsEditing(true)} />
              <CopyButton text={message.content} label="Copy" />
            </div>
          </>
        )}
      </li>
    );
  },
  (before, after) => before.message === after.message && before.versions.length === after.versions.length,
);

function EditButton({ onEdit }: { readonly onEdit: () => void }) {
  const isBusy = useIsBusy();
  return (
    <button type="button" className="quiet" onClick={() => !isBusy && onEdit()} aria-disabled={isBusy}>
      <Icon name="edit" />
      <span className="button-text">Edit</span>
    </button>
  );
}

function QuestionEditor({
  text,
  onSend,
  onCancel,
}: {
  readonly text: string;
  readonly onSend: (text: string) => void;
  readonly onCancel: () => void;
}) {
  const [value, setValue] = useState(text);
  const isEmpty = value.trim() === '';
  return (
    <form
      className="question-editor"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isEmpty) onSend(value.trim());
      }}
    >
      <GrowingField
        value={value}
        onChange={setValue}
        label="Edit the message"
        onEscape={onCancel}
        onEnter={() => !isEmpty && onSend(value.trim())}
        hasFocus
      />
      <div className="row">
        <button type="submit" className="primary" disabled={isEmpty}>
          Send
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
