/**
 * Closes what is open at the end of Markdown that is still being written, so that marks do not show as characters until
 * their other half arrives, and a line that is only a mark does not change what is above it.
 */
export function completeMarkdown(text: string): string {
  if (isInsideFence(text)) return text;
  const { before, line } = lastLine(text);
  if (isOnlyMark(line)) return before;
  const last = line === '' && before !== '' ? lastLine(before.slice(0, -1)) : { before, line };
  const table = completeTable(last.before, last.line);
  if (table !== undefined) return table;
  const start = startOfInline(before, line);
  return text.slice(0, start) + closeInline(text.slice(start));
}

function lastLine(text: string): { before: string; line: string } {
  const end = text.lastIndexOf('\n') + 1;
  return { before: text.slice(0, end), line: text.slice(end) };
}

function isInsideFence(text: string): boolean {
  let fence: string | undefined;
  for (const [, mark, rest] of text.matchAll(/^ {0,3}(?:[-*+] |\d+[.)] )?\s*(`{3,}|~{3,})(.*)$/gm)) {
    if (fence === undefined) {
      if (mark![0] !== '`' || !rest!.includes('`')) fence = mark;
    } else if (mark![0] === fence[0] && mark!.length >= fence.length && rest!.trim() === '')
      fence = undefined;
  }
  return fence !== undefined;
}

/** `-` below a paragraph makes it a heading until the rest of the list item comes; a lone mark shows as itself. */
function isOnlyMark(line: string): boolean {
  return /^\s*(?:[-=+>]+|\*{1,3}|_{1,3}|#{1,6}|`{1,2}|~{1,2}|\d{1,3}[.)]?|\[|!)\s*$/.test(line);
}

/** A table has no rows before its second line is complete: the first line is shown as its head. */
function completeTable(before: string, line: string): string | undefined {
  const isRow = (candidate: string) => /^\s*\|.*\|?\s*$/.test(candidate);
  const isRule = /^\s*\|[\s:|-]*$/.test(line);
  const above = before.endsWith('\n') ? lastLine(before.slice(0, -1)).line : '';
  const isFirst = above.trim() === '' || !isRow(above);
  if (isRow(line) && isFirst && !isRule) return `${before}${closeRow(line)}\n${rule(line)}`;
  const aboveThat = lastLine(before.slice(0, -1)).before.trimEnd();
  if (isRule && isRow(above) && !isRow(lastLine(aboveThat).line)) return before + rule(above);
  return undefined;
}

function closeRow(line: string): string {
  return line.trimEnd().endsWith('|') && line.trim().length > 1 ? line : `${line} |`;
}

function rule(head: string): string {
  const cells = closeRow(head)
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/).length;
  return `|${' --- |'.repeat(cells)}`;
}

/** Where the paragraph, item or heading begins that the last line belongs to. */
function startOfInline(before: string, line: string): number {
  const isBlock = (candidate: string) => /^\s*(?:[-*+]\s|\d+[.)]\s|#{1,6}\s|>|\|)/.test(candidate);
  let start = before.length;
  if (isBlock(line)) return start;
  while (start > 0) {
    const above = lastLine(before.slice(0, start - 1));
    if (above.line.trim() === '') break;
    start = above.before.length;
    if (isBlock(above.line)) break;
  }
  return start;
}

function closeInline(text: string): string {
  const cut = text
    .replace(/!\[[^\]]*(?:\](?:\([^)]*)?)?$/, '')
    .replace(/\[([^\][]*)\]\([^)]*$/, '$1')
    .replace(/^(\s*(?:[-*+]|\d+[.)])\s+)\[[ xX]?$/, '$1')
    // `list[0` is code that was not marked as such.
    .replace(/(?<!\w)\[([^\][]*)\]?$/, '$1');
  const open: string[] = [];
  let at = cut.match(/^\s*(?:[-*+]|\d+[.)]|#{1,6}|>)\s+/)?.[0].length ?? 0;
  while (at < cut.length) {
    const rest = cut.slice(at);
    const code = /^`+/.exec(rest)?.[0];
    if (code !== undefined) {
      const end = cut.indexOf(code, at + code.length);
      if (end < 0) return rest === code ? cut.slice(0, at) + close(open) : cut + code + close(open);
      at = end + code.length;
      continue;
    }
    if (rest[0] === '\\') {
      at += 2;
      continue;
    }
    const mark = /^(?:\*{1,3}|_{1,3}|~~)/.exec(rest)?.[0];
    if (mark === undefined) {
      at++;
      continue;
    }
    toggle(open, mark, cut[at - 1], cut[at + mark.length]);
    at += mark.length;
  }
  // A mark that nothing follows yet, or that is half of a closing one, is left out.
  const bare = cut.replace(/(?:\*{1,3}|_{1,3}|~{1,2})$/, '');
  if (bare.length < cut.length && (open.length > 0 || /(?:^|\s)~$/.test(cut))) return closeInline(bare);
  return cut.trimEnd() + close(open);
}

function toggle(open: string[], mark: string, before: string | undefined, after: string | undefined): void {
  const canClose = before !== undefined && !/\s/.test(before);
  const canOpen = after !== undefined && !/\s/.test(after);
  if (mark[0] === '_' && before !== undefined && after !== undefined && /\w/.test(before) && /\w/.test(after))
    return;
  const index = open.lastIndexOf(mark);
  if (canClose && index >= 0) open.length = index;
  else if (canOpen || after === undefined) open.push(mark);
}

function close(open: readonly string[]): string {
  return [...open].reverse().join('');
}
