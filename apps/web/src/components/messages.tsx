import { useEffect, useRef, useState } from 'react';
import { siblings, visibleMessages } from '../conversation/conversation-tree.ts';
import { useObservable } from '../platform/observable.ts';
import { useServices } from '../services.ts';
import { AnswerMessage } from './answer-message.tsx';
import { Icon } from './icons.tsx';
import { QuestionMessage } from './question-message.tsx';
import { Welcome } from './welcome.tsx';

/** What was said. It follows the end while that is in view. */
export function Messages({ onChooseModel }: { readonly onChooseModel: () => void }) {
  const { library, chat } = useServices();
  const conversation = useObservable(library.current);
  const messages = visibleMessages(conversation);
  const { scroller, content, isAtEnd, goToEnd } = useFollowedEnd(
    conversation.id,
    messages.at(-1)?.parent,
    messages.length > 0,
  );
  return (
    <section
      className="thread"
      ref={scroller}
      aria-label="Conversation"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
    >
      <div className="thread-content" ref={content}>
        {messages.length === 0 ? (
          <Welcome onChooseModel={onChooseModel} />
        ) : (
          <ol className="messages">
            {messages.map((message) => {
              const versions = siblings(conversation, message.parent);
              const isLast = message === messages.at(-1);
              const properties = { conversationId: conversation.id, message, versions };
              return message.role === 'user' ? (
                <QuestionMessage key={message.id} {...properties} />
              ) : (
                <AnswerMessage key={message.id} {...properties} isLast={isLast} live={chat.live} />
              );
            })}
          </ol>
        )}
      </div>
      {!isAtEnd && messages.length > 0 && (
        <button type="button" className="to-end" onClick={goToEnd}>
          <Icon name="down" />
          Latest
        </button>
      )}
    </section>
  );
}

const nearPixels = 60;

/** Keeps the end of growing content in view, unless the user has scrolled away from it. */
function useFollowedEnd(
  conversationId: string,
  lastQuestion: string | null | undefined,
  hasMessages: boolean,
) {
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(hasMessages);
  const [isAtEnd, setIsAtEnd] = useState(true);

  useEffect(() => {
    follows.current = hasMessages;
    setIsAtEnd(true);
    scroller.current?.scrollTo({ top: hasMessages ? scroller.current.scrollHeight : 0 });
  }, [conversationId, lastQuestion, hasMessages]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null || content.current === null) return;
    const look = () => {
      follows.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearPixels;
      setIsAtEnd(follows.current);
    };
    const observer = new ResizeObserver(() => {
      if (follows.current) element.scrollTop = element.scrollHeight;
      else look();
    });
    observer.observe(content.current);
    observer.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, []);

  const goToEnd = () => {
    follows.current = true;
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
    scroller.current?.focus({ preventScroll: true });
  };
  return { scroller, content, isAtEnd, goToEnd };
}
