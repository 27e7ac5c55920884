import { lexer } from 'marked';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { completeMarkdown } from '../src/markdown/complete-markdown.ts';
import { decodeEntities } from '../src/markdown/decode-entities.ts';
import Markdown from '../src/markdown/markdown.tsx';
import { type ParsedMarkdown, parseGrowingMarkdown } from '../src/markdown/markdown-blocks.ts';
import { safeLink } from '../src/markdown/safe-link.ts';

const html = (text: string, isGrowing = false) =>
  renderToStaticMarkup(createElement(Markdown, { text, isGrowing })).replace(
    /^<div class="markdown">(.*)<\/div>$/s,
    '$1',
  );

const everything = `# Title

A paragraph with **bold**, *leaning*, \`code\` and [a link](https://example.org/a_b).

1. one

2. two
   - nested
     more

Then

| a | b |
|---|--:|
| 1 | 2 |

\`\`\`js
const a = '\`';

if (a) {}
\`\`\`

> quoted
> twice

- [x] done

Last _words_ here.
`;

describe('Markdown that grows', () => {
  test('ends as the whole text does, whatever pieces it comes in', () => {
    for (const size of [1, 3, 7, 40]) {
      let parsed: ParsedMarkdown | undefined;
      for (let end = size; end < everything.length + size; end += size)
        parsed = parseGrowingMarkdown(everything.slice(0, end), parsed, completeMarkdown);
      const raw = parsed!.blocks.map((token) => token.raw);
      expect(raw, `pieces of ${size}`).toEqual(lexer(everything.trimEnd()).map((token) => token.raw));
    }
  });

  test('reads only the end again', () => {
    const paragraphs = Array.from({ length: 50 }, (_, index) => `Paragraph ${index}.\n\n`).join('');
    const before = parseGrowingMarkdown(`${paragraphs}The e`);
    const after = parseGrowingMarkdown(`${paragraphs}The end`, before);
    const kept = after.blocks.filter((token) => before.blocks.includes(token));
    expect(kept.length).toBeGreaterThan(95);
    expect(after.settledText.length).toBeGreaterThan(paragraphs.length - 40);
  });

  test('starts over when the text is another one', () => {
    const before = parseGrowingMarkdown('One.\n\nTwo.\n\nThree.\n\nFour.');
    expect(before.settled).toBeGreaterThan(0);
    const { blocks } = parseGrowingMarkdown('Other.', before);
    expect(blocks.map((token) => token.raw)).toEqual(['Other.']);
  });

  test('shows at no length the marks of what is only begun', () => {
    const text = 'Some **bold words** and `code here` and a [link](https://example.org) *now*, ~~no~~.';
    for (let end = 1; end <= text.length; end++)
      expect(html(text.slice(0, end), true), text.slice(0, end)).not.toMatch(/[*`~[\]]|example\.org\)/);
  });

  test('shows a table from its first line on', () => {
    const table = '| Name | Size |\n| --- | ---: |\n| one | 1 |';
    for (let end = '| Name'.length; end <= table.length; end++)
      expect(html(table.slice(0, end), true), table.slice(0, end)).toContain('<table>');
  });

  test.each([
    ['Intro:\n-', 'Intro:\n'],
    ['Intro\n==', 'Intro\n'],
    ['Intro\n#', 'Intro\n'],
    ['Intro\n\n``', 'Intro\n\n'],
    ['```js\nconst a = **', '```js\nconst a = **'],
    ['a * b', 'a * b'],
    ['snake_case_name', 'snake_case_name'],
    ['2 * 3 * 4', '2 * 3 * 4'],
    ['***both', '***both***'],
    ['**bold *and', '**bold *and***'],
    ['- item with **bold', '- item with **bold**'],
    ['`a`` b', '`a`` b`'],
    ['see ![pic](http', 'see'],
    ['a \\*b', 'a \\*b'],
    ['- [x', '-'],
    ['- [', '-'],
    ['list[0', 'list[0'],
    ['see [1', 'see 1'],
  ])('completes %j as %j', (text, completed) => {
    expect(completeMarkdown(text)).toBe(completed);
  });
});

describe('Markdown as elements', () => {
  test('shows HTML as characters', () => {
    expect(html('<img src=x onerror=alert(1)> and <b>bold</b>')).toBe(
      '<p>&lt;img src=x onerror=alert(1)&gt; and &lt;b&gt;bold&lt;/b&gt;</p>',
    );
    expect(html('<script>\nalert(1)\n</script>\n\ntext')).not.toContain('<script');
  });

  test('follows only links that are harmless', () => {
    expect(html('[a](javascript:alert(1)) [b](https://example.org)')).toBe(
      '<p>a <a href="https://example.org/" target="_blank" rel="noopener noreferrer">b</a></p>',
    );
    expect(html('[a](&#106;avascript:alert(1))')).toBe('<p>a</p>');
  });

  test('loads no images', () => {
    expect(html('![a cat](https://example.org/cat.png)')).toBe(
      '<p><a href="https://example.org/cat.png" target="_blank" rel="noopener noreferrer">a cat</a></p>',
    );
  });

  test('has headings below those of the page, lists that begin where they begin, and aligned tables', () => {
    expect(html('# A')).toBe('<h3>A</h3>');
    expect(html('###### A')).toBe('<h6>A</h6>');
    expect(html('3. c\n4. d')).toBe('<ol start="3"><li>c</li><li>d</li></ol>');
    expect(html('|a|\n|-:|\n|1|')).toContain('<td class="align-right">1</td>');
  });

  test('keeps code as it is', () => {
    expect(html('```\na  <b> &amp; **c**\n```')).toContain('<code>a  &lt;b&gt; &amp;amp; **c**</code>');
    expect(html('`<b> &lt;`')).toBe('<p><code>&lt;b&gt; &amp;lt;</code></p>');
  });
});

test.each([
  ['&lt;a&gt; &amp; &quot;b&quot;', '<a> & "b"'],
  ['&#8594;&#x41;', '→A'],
  ['&unknown; & &#xD800; &#9999999;', '&unknown; & \uFFFD \uFFFD'],
])('%j stands for %j', (text, decoded) => {
  expect(decodeEntities(text)).toBe(decoded);
});

test.each([
  ['https://example.org/a b', 'https://example.org/a%20b'],
  ['mailto:a@example.org', 'mailto:a@example.org'],
  ['javascript:alert(1)', undefined],
  ['java\nscript:alert(1)', undefined],
  ['data:text/html,x', undefined],
  ['blob:https://example.org/1', undefined],
  ['/relative', undefined],
])('a link to %j leads to %j', (address, target) => {
  expect(safeLink(address)).toBe(target);
});
