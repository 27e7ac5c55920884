import type { SamplingSettings } from '../settings/sampling-settings.ts';

/** Why an answer ended: as the model reports it, or `stopped` by the user, or with an error. */
export type AnswerEnd = 'stop' | 'length' | 'context-full' | 'stopped' | 'error';

/** How long an answer took. */
export interface AnswerStatistics {
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly generatedTokens: number;
  readonly firstTokenMs: number;
  readonly generateMs: number;
}

/** A token that was possible at one place of an answer. */
export interface TokenChoice {
  readonly text: string;
  /** Natural logarithm of its probability. */
  readonly logprob: number;
}

/** A token of an answer, with the likeliest ones at its place, best first. */
export interface AnswerToken extends TokenChoice {
  readonly top: readonly TokenChoice[];
}

/** One message. Its text never changes once it has ended: an edit makes another message beside it. */
export interface Message {
  readonly id: string;
  /** The message before it; `null` for the first. */
  readonly parent: string | null;
  readonly role: 'user' | 'assistant';
  readonly content: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Rises with every change, so that the later of two copies is known. */
  readonly revision: number;
  /** Answers only: who wrote it. */
  readonly model?: string;
  /** Answers only; absent while it is written. */
  readonly end?: AnswerEnd;
  /** What went wrong, when `end` is `error`. */
  readonly error?: string;
  readonly statistics?: AnswerStatistics;
  /** Present when the answer was generated with the token view on. */
  readonly tokens?: readonly AnswerToken[];
}

/** A tree of messages: every edited question and every regenerated answer is a branch of it. */
export interface Conversation {
  readonly id: string;
  readonly title: string;
  /** Whether the title was typed by the user. */
  readonly isNamed: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Absent: what the model recommends. */
  readonly systemPrompt?: string;
  readonly sampling: SamplingSettings;
  readonly messages: Readonly<Record<string, Message>>;
  /** Which child of a message is shown; the key of first messages is the empty string. */
  readonly selected: Readonly<Record<string, string>>;
}

/** What the list of conversations shows. */
export type ConversationSummary = Pick<Conversation, 'id' | 'title' | 'updatedAt'>;
