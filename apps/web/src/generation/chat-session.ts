import type { AnswerEnd, AnswerToken, Conversation, Message } from '../conversation/conversation.ts';
import type { ConversationLibrary } from '../conversation/conversation-library.ts';
import { titleFrom } from '../conversation/conversation-title.ts';
import {
  pathTo,
  systemPromptFor,
  toChatMessages,
  withMessage,
  withVersion,
} from '../conversation/conversation-tree.ts';
import { newMessage } from '../conversation/new-conversation.ts';
import { describeError } from '../model/describe-error.ts';
import type { BrowserModel } from '../model/llamella.ts';
import { frameThrottle } from '../platform/frame-throttle.ts';
import { type Observable, observable } from '../platform/observable.ts';
import { toGenerateOptions } from '../settings/sampling-settings.ts';
import { type AnswerProgress, addPart, startAnswer, toStatistics } from './answer-progress.ts';
import { TokenTrace } from './token-trace.ts';

/** The answer that is being written. */
export interface LiveAnswer {
  readonly conversationId: string;
  readonly messageId: string;
  /** `model`: waits for the model to load; `prompt`: the model reads; `writing`: text comes. */
  readonly phase: 'model' | 'prompt' | 'writing' | 'stopping';
  readonly progress: AnswerProgress;
  readonly tokens?: readonly AnswerToken[];
}

/** Asks the model and keeps what it answers. One answer is written at a time. */
export interface ChatSession {
  /** `undefined` when nothing is being written. */
  readonly live: Observable<LiveAnswer | undefined>;
  /** The last answer that ended, for those who do not see it. */
  readonly finished: Observable<Message | undefined>;
  /** Adds a question after the message `parent` and answers it. */
  ask(conversationId: string, text: string, parent: string | null): void;
  /** Answers the question `parent` again, beside earlier answers. */
  answer(conversationId: string, parent: string): void;
  /** Ends the answer; what was written stays. */
  stop(): void;
}

/** What {@link createChatSession} works with. */
export interface ChatSessionParts {
  readonly library: ConversationLibrary;
  /** The model, loading it if need be; `undefined` when it cannot be had. */
  readonly model: (signal: AbortSignal) => Promise<BrowserModel | undefined>;
  /** Whether probabilities are recorded. */
  readonly withProbabilities: () => boolean;
}

const alternatives = 5;
const keepEveryMs = 3000;
/** A model that is gone gives no texts of tokens. */
const longestTraceMs = 1000;

/** Makes one. */
export function createChatSession({ library, model, withProbabilities }: ChatSessionParts): ChatSession {
  const live = observable<LiveAnswer | undefined>(undefined);
  const finished = observable<Message | undefined>(undefined);
  let running: AbortController | undefined;
  // A model may need a moment to stop; the answer that was stopped does not wait for it, the next one does.
  let ending: Promise<unknown> = Promise.resolve();

  const write = async (conversation: Conversation, message: Message, signal: AbortSignal) => {
    const { id } = conversation;
    let phase: LiveAnswer['phase'] = 'model';
    let progress = startAnswer(performance.now());
    let trace: TokenTrace | undefined;
    let revision = message.revision;
    let keptAt = performance.now();
    const show = frameThrottle(() =>
      live.set({
        conversationId: id,
        messageId: message.id,
        phase: signal.aborted ? 'stopping' : phase,
        progress,
        ...(trace && { tokens: [...trace.tokens] }),
      }),
    );
    const keep = (fields: Partial<Message>) => {
      const version = { ...message, ...fields, content: progress.text, revision: ++revision };
      library.change(id, (now) => withVersion(now, version, Date.now()));
      return version;
    };
    show.request();
    show.flush();
    signal.addEventListener('abort', () => {
      show.request();
      show.flush();
    });
    let name: string | undefined;
    const end = async (reason: AnswerEnd, error?: string) => {
      const tokens =
        reason === 'stopped'
          ? trace?.tokens
          : await (trace && Promise.race([trace.finished(), delay(longestTraceMs)]));
      const statistics = toStatistics(progress);
      show.cancel();
      const version = keep({
        end: reason,
        ...(name !== undefined && { model: name }),
        ...(error !== undefined && { error }),
        ...(statistics && { statistics }),
        ...(tokens && tokens.length > 0 && { tokens }),
      });
      live.set(undefined);
      finished.set(version);
    };
    try {
      const stopped = aborted(signal);
      const answerer = await Promise.race([Promise.all([model(signal), ending]), stopped]).then(
        (found) => found?.[0],
      );
      if (signal.aborted) return await end('stopped');
      if (answerer === undefined)
        return await end('error', 'There is no model to answer. Load one, then press Regenerate.');
      name = answerer.name;
      message = { ...message, model: name };
      phase = 'prompt';
      progress = startAnswer(performance.now());
      show.request();
      if (withProbabilities()) trace = new TokenTrace((ids) => answerer.pieces(ids));
      const asked = library.get(id) ?? conversation;
      const messages = toChatMessages(
        pathTo(asked, message.parent),
        systemPromptFor(asked.systemPrompt, answerer.recommendedSystemPrompt),
      );
      const options = toGenerateOptions(asked.sampling, answerer.recommendedSampling, drawSeed);
      const stream = answerer.chat(messages, {
        ...options,
        ...(trace && { logprobs: alternatives }),
        signal,
      });
      for (;;) {
        const next = stream.next();
        const result = await Promise.race([next, stopped]);
        if (result === undefined) {
          ending = next.then(() => stream.return(undefined)).catch(() => undefined);
          return await end('stopped');
        }
        if (result.done) break;
        const part = result.value;
        const now = performance.now();
        progress = addPart(progress, part, now);
        if (part.tokens.length > 0) phase = 'writing';
        if (part.logprobs && trace) trace.add(part.logprobs, () => show.request());
        show.request();
        if (now - keptAt > keepEveryMs) {
          keptAt = now;
          keep({});
        }
      }
      await end(progress.finishReason ?? 'stop');
    } catch (error) {
      if (signal.aborted) return await end('stopped');
      const { title, advice, detail } = describeError(error, 'answering');
      await end('error', [title, advice, detail && `(${detail})`].filter(Boolean).join(' '));
    }
  };

  const begin = (conversationId: string, parent: string) => {
    const conversation = library.get(conversationId);
    if (conversation === undefined) return;
    running?.abort();
    const message = newMessage('assistant', '', parent);
    library.change(conversationId, (now) => withMessage(now, message, Date.now()));
    const controller = new AbortController();
    running = controller;
    void write(conversation, message, controller.signal).finally(() => {
      if (running === controller) running = undefined;
    });
  };

  return {
    live,
    finished,
    ask(conversationId, text, parent) {
      if (running) return;
      const question = newMessage('user', text, parent);
      library.change(conversationId, (now) => ({
        ...withMessage(now, question, Date.now()),
        ...(parent === null && !now.isNamed && { title: titleFrom(text) }),
      }));
      begin(conversationId, question.id);
    },
    answer(conversationId, parent) {
      if (!running) begin(conversationId, parent);
    },
    stop() {
      running?.abort();
    },
  };
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

function delay(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function drawSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
