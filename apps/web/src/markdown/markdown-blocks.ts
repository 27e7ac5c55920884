import { lexer, type Token } from 'marked';

/** Markdown that was taken apart, so far. */
export interface ParsedMarkdown {
  /** Blocks in order; a block that did not change is the same object as before. */
  readonly blocks: readonly Token[];
  /** How many blocks will not change any more, and the text that they are made of. */
  readonly settled: number;
  readonly settledText: string;
}

const nothing: ParsedMarkdown = { blocks: [], settled: 0, settledText: '' };

/** Blocks at the end that text still to come may change: a list goes on after a line that looked like a paragraph. */
const unsettled = 2;

/** Takes a whole text apart. */
export function parseMarkdown(text: string): ParsedMarkdown {
  return { ...nothing, blocks: lexer(normalize(text)) };
}

/**
 * Takes a text apart that is still being written, reading only its end again.
 *
 * @param before what this gave for the beginning of the text
 * @param complete closes what is open at the end of the text; see `completeMarkdown`
 */
export function parseGrowingMarkdown(
  text: string,
  before: ParsedMarkdown = nothing,
  complete: (text: string) => string = (same) => same,
): ParsedMarkdown {
  const source = normalize(text);
  const known = source.startsWith(before.settledText) ? before : nothing;
  const rest = source.slice(known.settledText.length);
  const kept = known.blocks.slice(0, known.settled);
  const tail = lexer(complete(rest));
  const { count, length } = settle(tail, rest);
  return {
    blocks: [...kept, ...tail],
    settled: known.settled + count,
    settledText: source.slice(0, known.settledText.length + length),
  };
}

function settle(tail: readonly Token[], rest: string): { count: number; length: number } {
  const solid = tail.flatMap((token, index) => (token.type === 'space' ? [] : [index]));
  const count = solid.at(-unsettled) ?? 0;
  const raw = tail
    .slice(0, count)
    .map((token) => token.raw)
    .join('');
  // Where the parser rewrote its input, such as tabs, nothing can be told about positions.
  return rest.startsWith(raw) ? { count, length: raw.length } : { count: 0, length: 0 };
}

function normalize(text: string): string {
  return text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
}
