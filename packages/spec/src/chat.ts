/** A piece of a message, as OpenAI's interface writes it: `{ type: 'text', text }`, or what else a template knows. */
export interface ChatContentPart {
  /** What kind of part this is: `text`, or another that the template knows, such as `image`. */
  readonly type: string;
  /** The text of a part of the type `text`. */
  readonly text?: string;
  readonly [field: string]: unknown;
}

/** One message of a conversation. */
export interface ChatMessage {
  /** Who speaks: one of these, or another role that the template knows. */
  readonly role: 'system' | 'user' | 'assistant' | 'tool' | (string & {});
  /** A text, or parts for templates that take them, or `null` beside tool calls. */
  readonly content: string | readonly ChatContentPart[] | null;
  /** Further fields that a model's template may read, such as `tool_calls`, `reasoning_content` or `name`. */
  readonly [field: string]: unknown;
}

/** A model's way of writing a conversation as one prompt. */
export interface ChatTemplate {
  /**
   * @param options.addGenerationPrompt ends the text where the assistant's answer begins; default `true`, and `false`
   *   with `continueFinalMessage`
   * @param options.continueFinalMessage ends the text within the last message, for the model to go on with it: `true`
   *   for its content, or the name of another field such as `reasoning_content`
   * @returns prompt text with its control tokens written out: encode it with `parseSpecialTokens: true` and
   *   `addSpecialTokens: false`
   * @throws {LlamellaError} `template` when the template rejects the conversation
   */
  render(
    messages: readonly ChatMessage[],
    options?: {
      readonly addGenerationPrompt?: boolean;
      readonly continueFinalMessage?: boolean | string;
      /** Functions that the model may call, as the model's template expects them: usually OpenAI's form. */
      readonly tools?: readonly unknown[];
      /** Texts that the model may cite, for templates that know about them. */
      readonly documents?: readonly unknown[];
      readonly variables?: Readonly<Record<string, unknown>>;
    },
  ): string;
}
