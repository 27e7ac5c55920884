/** One message of a conversation. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool' | (string & {});
  readonly content: string;
  /** Further fields that a model's template may read, such as `tool_calls` or `name`. */
  readonly [field: string]: unknown;
}

/** A model's way of writing a conversation as one prompt. */
export interface ChatTemplate {
  /**
   * @param options.addGenerationPrompt ends the text where the assistant's answer begins; default `true`
   * @returns prompt text with its control tokens written out: encode it with `parseSpecialTokens: true` and
   *   `addSpecialTokens: false`
   * @throws {LlamellaError} `template` when the template rejects the conversation
   */
  render(
    messages: readonly ChatMessage[],
    options?: {
      readonly addGenerationPrompt?: boolean;
      /** Functions that the model may call, as the model's template expects them: usually OpenAI's form. */
      readonly tools?: readonly unknown[];
      /** Texts that the model may cite, for templates that know about them. */
      readonly documents?: readonly unknown[];
      readonly variables?: Readonly<Record<string, unknown>>;
    },
  ): string;
}
