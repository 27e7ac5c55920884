export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

const gap = 2;
const narrowestLastColumn = 16;

/**
 * Aligned text table, at most `width` columns wide where its cells allow it. The last column is broken between
 * words; where fewer than 16 columns are left for it, it moves to lines of its own, indented.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const titles = columns.map(({ title }) => title);
  const last = columns.length - 1;
  const widths = titles.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)),
  );
  const before = widths.slice(0, last).reduce((sum, each) => sum + each + gap, 0);
  const beside = width - before >= narrowestLastColumn;
  const indent = beside ? before : 4;
  const lines: string[] = [];
  for (const row of [titles, ...rows]) {
    const cells = columns.slice(0, last).map(({ align }, i) => {
      const cell = row[i] ?? '';
      return align === 'right' ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!);
    });
    const head = cells.map((cell) => cell + ' '.repeat(gap)).join('');
    const wrapped = wrapWords(row[last] ?? '', width - indent);
    if (!beside) lines.push(head.trimEnd());
    wrapped.forEach((part, i) => {
      lines.push(((beside && i === 0 ? head : ' '.repeat(indent)) + part).trimEnd());
    });
  }
  return `${lines.join('\n')}\n`;
}

/** Breaks text at spaces into lines of at most `width`; a longer word gets a line of its own. Never empty. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Lines of `name  value`, values aligned and wrapped with an indent. */
export function renderFields(fields: readonly (readonly [string, string])[], width: number): string {
  const nameWidth = Math.max(...fields.map(([name]) => name.length)) + gap;
  return fields
    .map(([name, value]) =>
      wrapWords(value, width - nameWidth)
        .map((part, i) => `${(i === 0 ? name : '').padEnd(nameWidth)}${part}\n`)
        .join(''),
    )
    .join('');
}

/** Width to lay out for: the terminal's, or 80 when the output is not a terminal. */
export function layoutWidth(stream: { readonly isTTY?: boolean; readonly columns?: number }): number {
  return Math.max(20, (stream.isTTY && stream.columns) || 80);
}
