import type { ChatMessage, ChatTemplate, Tokenizer } from '@llamella/spec';
import { mapStrings } from './map-strings.ts';

/** Noncharacters, which no text carries: they mark what a message says that looks like a control token. */
const OPEN = '\uFDD0';
const CLOSE = '\uFDD1';
const MARKS = /[\uFDD0\uFDD1]/g;
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
  if (findForged(tokenizer, messages).size === 0) return encode(template.render(messages), true);
  // Marks of the message's own go first: without them, its text may spell out more.
  const clean = mapStrings(messages, (text) => text.replaceAll(MARKS, ''));
  const forged = [...findForged(tokenizer, clean)].sort((a, b) => b.length - a.length);
  const marked = mapStrings(clean, (text) => mark(text, forged));
  const pieces = template.render(marked).split(MARKED);
  return concatenate(pieces.map((piece, index) => encode(piece, index % 2 === 0)));
}

/** Control tokens that a message spells out. */
function findForged(tokenizer: Tokenizer, messages: readonly ChatMessage[]): Set<string> {
  const forged = new Set<string>();
  mapStrings(messages, (text) => {
    for (const id of tokenizer.encode(text, { addSpecialTokens: false, parseSpecialTokens: true })) {
      const token = tokenizer.idToToken(id);
      const isControl = tokenizer.tokenBytes(id).length === 0;
      if (token !== undefined && isControl && text.includes(token)) forged.add(token);
    }
    return text;
  });
  return forged;
}

/** @param tokens longest first, since one may be a part of another */
function mark(text: string, tokens: readonly string[]): string {
  const pattern = tokens.map((token) => token.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|');
  return text.replaceAll(new RegExp(pattern, 'g'), (token) => OPEN + token + CLOSE);
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
