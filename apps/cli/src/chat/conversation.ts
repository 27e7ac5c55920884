import type { ChatMessage } from '@llamella/spec';
import type { Answer } from '../answer.ts';

/** What was said, and the instructions it stands under. */
export class Conversation {
  system: string | undefined;
  /** The last complete answer, for `/stats`. */
  lastAnswer: Answer | undefined;
  #turns: ChatMessage[] = [];

  constructor(system: string | undefined) {
    this.system = system;
  }

  get messages(): readonly ChatMessage[] {
    return this.system === undefined
      ? [...this.#turns]
      : [{ role: 'system', content: this.system }, ...this.#turns];
  }

  addQuestion(content: string): void {
    this.#turns.push({ role: 'user', content });
  }

  /** Records the answer to the last question; an empty one takes the question back. */
  addAnswer(content: string): void {
    if (content === '') this.#turns.pop();
    else this.#turns.push({ role: 'assistant', content });
  }

  clear(): void {
    this.#turns = [];
    this.lastAnswer = undefined;
  }
}
