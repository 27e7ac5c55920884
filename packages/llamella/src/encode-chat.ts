import type { ChatMessage, ChatTemplate, Tokenizer } from '@llamella/spec';

/** Noncharacters, which no text carries: they mark what a message says that looks like a control token. */
const OPEN = '\uFDD0';
const CLOSE = '\uFDD1';
const MARKED = /\uFDD0([^\uFDD1]*)\uFDD1/u;

/**
 * Renders a conversation and turns it into token ids. Control tokens are those of the template alone: where a message
 * spells one out, it is encoded as the characters it consists of, so that nobody can forge a turn.
 */
export function encodeChat(
  tokenizer: Tokenizer,
  template: ChatTemplate,
  messages: readonly ChatMessage[],
): Uint32Array {
  const parsed = { addSpecialTokens: false, parseSpecialTokens: true };
  const forged = new Set<string>();
  for (const { content } of messages) {
    if (typeof content !== 'string') continue;
    for (const id of tokenizer.encode(content, parsed)) {
      const text = tokenizer.idToToken(id);
      if (text !== undefined && isControlToken(tokenizer, id) && content.includes(text)) forged.add(text);
    }
  }
  if (forged.size === 0) return tokenizer.encode(template.render(messages), parsed);
  const marked = messages.map((message) => ({ ...message, content: mark(message.content, forged) }));
  const pieces = template.render(marked).split(MARKED);
  return concatenate(
    pieces.map((piece, index) =>
      tokenizer.encode(piece, { addSpecialTokens: false, parseSpecialTokens: index % 2 === 0 }),
    ),
  );
}

function isControlToken(tokenizer: Tokenizer, id: number): boolean {
  return tokenizer.tokenBytes(id).length === 0;
}

function mark(content: string, forged: ReadonlySet<string>): string {
  let marked = content.replaceAll(OPEN, '').replaceAll(CLOSE, '');
  const longestFirst = [...forged].sort((a, b) => b.length - a.length);
  for (const text of longestFirst) marked = marked.replaceAll(text, `${OPEN}${text}${CLOSE}`);
  return marked;
}

function concatenate(parts: readonly Uint32Array[]): Uint32Array {
  const result = new Uint32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}
