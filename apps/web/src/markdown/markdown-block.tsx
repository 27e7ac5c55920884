import type { Token, Tokens } from 'marked';
import { memo, type ReactNode } from 'react';
import { CodeBlock } from './code-block.tsx';
import { renderInline } from './markdown-inline.tsx';

/** One block, such as a paragraph or a list. It is drawn again only when its text changes. */
export const MarkdownBlock = memo(
  ({ token }: { readonly token: Token }) => <>{renderBlock(token)}</>,
  (before, after) => before.token === after.token || before.token.raw === after.token.raw,
);

function renderBlocks(tokens: readonly Token[] | undefined): ReactNode {
  return tokens?.map((token, index) => <MarkdownBlock key={index} token={token} />);
}

function renderBlock(token: Token): ReactNode {
  switch (token.type) {
    case 'space':
    case 'def':
      return null;
    case 'paragraph':
      return <p>{renderInline(token.tokens)}</p>;
    case 'heading':
      return renderHeading(token as Tokens.Heading);
    case 'code':
      return <CodeBlock code={token.text} language={token.lang ?? ''} />;
    case 'blockquote':
      return <blockquote>{renderBlocks(token.tokens)}</blockquote>;
    case 'list':
      return renderList(token as Tokens.List);
    case 'table':
      return renderTable(token as Tokens.Table);
    case 'hr':
      return <hr />;
    case 'html':
      return <p>{token.raw.trimEnd()}</p>;
    default:
      return renderInline([token]);
  }
}

/** Headings of an answer stand below those of the page. */
function renderHeading({ depth, tokens }: Tokens.Heading): ReactNode {
  const content = renderInline(tokens);
  if (depth === 1) return <h3>{content}</h3>;
  if (depth === 2) return <h4>{content}</h4>;
  return depth === 3 ? <h5>{content}</h5> : <h6>{content}</h6>;
}

function renderList({ ordered, start, items }: Tokens.List): ReactNode {
  const content = items.map((item, index) => (
    <li key={index} className={item.task ? 'task' : undefined}>
      {renderBlocks(item.tokens)}
    </li>
  ));
  return ordered ? <ol start={Number(start) || 1}>{content}</ol> : <ul>{content}</ul>;
}

function renderTable({ header, rows }: Tokens.Table): ReactNode {
  const className = (align: string | null) => (align ? `align-${align}` : undefined);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    // biome-ignore lint/a11y/useSemanticElements: a fieldset holds fields
    <div className="table-scroll" role="group" aria-label="Table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {header.map(({ text, tokens, align }, column) =>
              text === '' ? (
                <td key={column} />
              ) : (
                <th key={column} scope="col" className={className(align)}>
                  {renderInline(tokens)}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map(({ tokens, align }, column) => (
                <td key={column} className={className(align)}>
                  {renderInline(tokens)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
