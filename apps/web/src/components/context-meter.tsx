import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Conversation } from '../conversation/conversation.ts';
import { systemPromptFor, toChatMessages, visibleMessages } from '../conversation/conversation-tree.ts';
import type { BrowserModel } from '../model/llamella.ts';
import { useObservable } from '../platform/observable.ts';
import { useServices } from '../services.ts';

/** How much of the model's context the conversation takes. */
export function ContextMeter() {
  const { library, models, chat } = useServices();
  const conversation = useObservable(library.current);
  const state = useObservable(models.state);
  const model = state.kind === 'ready' ? state.model : undefined;
  const written = useSyncExternalStore(chat.live.subscribe, () => {
    const live = chat.live.get();
    return live?.conversationId === conversation.id ? live.progress.tokenCount : undefined;
  });
  const counted = useCountedTokens(conversation, model, written !== undefined);
  if (model === undefined) return <p className="context-meter hint">Answers can be wrong.</p>;
  const limit = model.contextLength;
  const used = counted === undefined ? undefined : Math.min(limit, counted + (written ?? 0));
  const share = used === undefined ? 0 : used / limit;
  const text =
    used === undefined ? `${group(limit)} tokens of context` : `${group(used)} of ${group(limit)} tokens`;
  return (
    <div className={share > 0.9 ? 'context-meter nearly-full' : 'context-meter'}>
      {/* biome-ignore lint/a11y/useSemanticElements: browsers do not let a <meter> be styled alike */}
      <div
        className="meter"
        role="meter"
        aria-label="Context used"
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuenow={used ?? 0}
        aria-valuetext={text}
      >
        <span style={{ inlineSize: `${share * 100}%` }} />
      </div>
      <span>{text}</span>
    </div>
  );
}

const countAfterMs = 250;

/** Tokens of the conversation; while an answer is written, those before it. */
function useCountedTokens(
  conversation: Conversation,
  model: BrowserModel | undefined,
  isWriting: boolean,
): number | undefined {
  const [count, setCount] = useState<{ readonly of: string; readonly tokens: number }>();
  const path = visibleMessages(conversation);
  const last = path.at(-1);
  const key = `${conversation.id} ${last?.id} ${last?.end} ${conversation.systemPrompt}`;
  useEffect(() => {
    if (model === undefined) return;
    const said = isWriting ? path.filter(({ end, role }) => role === 'user' || end !== undefined) : path;
    const systemPrompt = systemPromptFor(conversation.systemPrompt, model.recommendedSystemPrompt);
    const messages = toChatMessages(said, systemPrompt);
    if (messages.length === 0) {
      setCount({ of: conversation.id, tokens: 0 });
      return;
    }
    let isWanted = true;
    const timer = setTimeout(async () => {
      const tokens = await model.countTokens(messages).catch(() => undefined);
      if (isWanted && tokens !== undefined) setCount({ of: conversation.id, tokens });
    }, countAfterMs);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [key, model, isWriting]);
  return count?.of === conversation.id ? count.tokens : undefined;
}

function group(value: number): string {
  return value.toLocaleString('en');
}
