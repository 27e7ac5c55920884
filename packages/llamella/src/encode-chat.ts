import type { ChatMessage, ChatTemplate, Tokenizer } from '@llamella/spec';
import { mapStrings } from './map-strings.ts';

/** Noncharacters, which no text carries: they mark what a message says that looks like a control token. */
const OPEN = '\uFDD0';
const CLOSE = '\uFDD1';
const MARKED = /\uFDD0([^\uFDD1]*)\uFDD1/u;

/**
 * Renders a conversation and turns it into token ids. Control tokens are those of the template alone: where a message
 * spells one out, in whichever field, it is encoded as the characters it consists of, so that nobody can forge a turn.
 */
export function encodeChat(
  tokenizer: Tokenizer,
  template: ChatTemplate,
  messages: readonly ChatMessage[],
): Uint32Array {
  const encode = (text: string, parseSpecialTokens: boolean) =>
    tokenizer.encode(text, { addSpecialTokens: false, parseSpecialTokens });
  const forged = new Set<string>();
  mapStrings(messages, (text) => {
    for (const id of encode(text, true)) {
      const token = tokenizer.idToToken(id);
      if (token !== undefined && isControlToken(tokenizer, id) && text.includes(token)) forged.add(token);
    }
    return text;
  });
  if (forged.size === 0) return encode(template.render(messages), true);
  const marked = mapStrings(messages, (text) => mark(text, forged));
  const pieces = template.render(marked).split(MARKED);
  return concatenate(pieces.map((piece, index) => encode(piece, index % 2 === 0)));
}

function isControlToken(tokenizer: Tokenizer, id: number): boolean {
  return tokenizer.tokenBytes(id).length === 0;
}

function mark(text: string, forged: ReadonlySet<string>): string {
  let marked = text.replaceAll(OPEN, '').replaceAll(CLOSE, '');
  const longestFirst = [...forged].sort((a, b) => b.length - a.length);
  for (const token of longestFirst) marked = marked.replaceAll(token, `${OPEN}${token}${CLOSE}`);
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
