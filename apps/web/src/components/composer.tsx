import { useEffect, useRef, useState } from 'react';
import { visibleMessages } from '../conversation/conversation-tree.ts';
import { useObservable } from '../platform/observable.ts';
import { useServices } from '../services.ts';
import { ContextMeter } from './context-meter.tsx';
import { GrowingField } from './growing-field.tsx';
import { Icon } from './icons.tsx';
import { useIsBusy } from './use-is-busy.ts';

/** Where the user writes. Escape ends an answer wherever the focus is, unless a window is open. */
export function Composer() {
  const { chat, library } = useServices();
  const conversation = useObservable(library.current);
  const isBusy = useIsBusy();
  const { id } = conversation;
  // What was typed stays with its conversation.
  const drafts = useRef(new Map<string, string>());
  const [text, setText] = useState('');
  useEffect(() => setText(drafts.current.get(id) ?? ''), [id]);
  const write = (value: string) => {
    drafts.current.set(id, value);
    setText(value);
  };

  useEffect(() => {
    const stop = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.isComposing && document.querySelector('dialog[open]') === null)
        chat.stop();
    };
    addEventListener('keydown', stop);
    return () => removeEventListener('keydown', stop);
  }, [chat]);

  const canSend = !isBusy && text.trim() !== '';
  const send = () => {
    if (!canSend) return;
    const last = visibleMessages(conversation).at(-1);
    chat.ask(id, text.trim(), last?.id ?? null);
    write('');
  };
  return (
    <form
      className="composer"
      aria-label="Write a message"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="composer-field">
        <GrowingField
          value={text}
          onChange={write}
          onEnter={send}
          id="message"
          label="Message"
          placeholder="Ask something"
          hasFocus={matchMedia('(pointer: fine)').matches}
        />
        {isBusy ? (
          <button
            type="button"
            className="round stop"
            onClick={() => chat.stop()}
            aria-label="Stop"
            title="Stop (Escape)"
          >
            <Icon name="stop" />
          </button>
        ) : (
          <button
            type="submit"
            className="round"
            aria-disabled={!canSend}
            aria-label="Send"
            title="Send (Enter)"
          >
            <Icon name="send" />
          </button>
        )}
      </div>
      <ContextMeter />
    </form>
  );
}
