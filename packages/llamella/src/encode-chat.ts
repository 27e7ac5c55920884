import type { ChatMessage, ChatTemplate, Tokenizer } from '@llamella/spec';
import { mapStrings } from './map-strings.ts';

/** What a conversation is rendered with, beside its messages. */
export interface ChatRenderOptions {
  /** Functions that the model may call, as its template expects them: usually OpenAI's form. */
  readonly tools?: readonly unknown[] | undefined;
  /** Texts that the model may cite, for templates that know about them. */
  readonly documents?: readonly unknown[] | undefined;
  /** Goes on with the last message instead of starting an answer: `true` for its content, or the name of another field. */
  readonly continueFinalMessage?: boolean | string | undefined;
  /** Further variables of the template, such as `enable_thinking`. */
  readonly templateVariables?: Readonly<Record<string, unknown>> | undefined;
}

/** Noncharacters, which no text carries: they mark what a message says that looks like a control token. */
const OPEN = '\uFDD0';
const CLOSE = '\uFDD1';
const MARKS = /[\uFDD0\uFDD1]/g;
const MARKED = /\uFDD0([^\uFDD1]*)\uFDD1/u;

/**
 * Renders a conversation and turns it into token ids. Control tokens are those of the template alone: where a message,
 * tool or document spells one out, in whichever field, it is encoded as the characters it consists of, so that nobody
 * can forge a turn.
 */
export function encodeChat(
  tokenizer: Tokenizer,
  template: ChatTemplate,
  messages: readonly ChatMessage[],
  options: ChatRenderOptions = {},
): Uint32Array {
  const encode = (text: string, parseSpecialTokens: boolean) =>
    tokenizer.encode(text, { addSpecialTokens: false, parseSpecialTokens });
  const said: Said = { messages, options };
  if (findForged(tokenizer, said).size === 0) return encode(render(template, said), true);
  // Marks of the message's own go first: without them, its text may spell out more.
  const clean = mapStrings(said, (text) => text.replaceAll(MARKS, ''));
  const forged = [...findForged(tokenizer, clean)].sort((a, b) => b.length - a.length);
  const marked = mapStrings(clean, (text) => mark(text, forged));
  const pieces = render(template, marked).split(MARKED);
  return concatenate(pieces.map((piece, index) => encode(piece, index % 2 === 0)));
}

interface Said {
  readonly messages: readonly ChatMessage[];
  readonly options: ChatRenderOptions;
}

function render(template: ChatTemplate, { messages, options }: Said): string {
  const { tools, documents, continueFinalMessage, templateVariables } = options;
  return template.render(messages, {
    ...(tools && { tools }),
    ...(documents && { documents }),
    ...(continueFinalMessage !== undefined && { continueFinalMessage }),
    ...(templateVariables && { variables: templateVariables }),
  });
}

/** Control tokens that a conversation spells out. */
function findForged(tokenizer: Tokenizer, said: Said): Set<string> {
  const forged = new Set<string>();
  mapStrings(said, (text) => {
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
