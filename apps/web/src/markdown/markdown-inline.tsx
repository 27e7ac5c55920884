import type { Token, Tokens } from 'marked';
import { Fragment, type ReactNode } from 'react';
import { decodeEntities } from './decode-entities.ts';
import { safeLink } from './safe-link.ts';

/** Text with its emphasis, code and links. HTML is shown as the characters it consists of; images as links. */
export function renderInline(tokens: readonly Token[] | undefined): ReactNode {
  return tokens?.map((token, index) => (
    // Tokens have no identity of their own, and only the last ones change.
    <Fragment key={index}>{renderToken(token)}</Fragment>
  ));
}

function renderToken(token: Token): ReactNode {
  switch (token.type) {
    case 'strong':
      return <strong>{renderInline(token.tokens)}</strong>;
    case 'em':
      return <em>{renderInline(token.tokens)}</em>;
    case 'del':
      return <del>{renderInline(token.tokens)}</del>;
    case 'codespan':
      return <code>{token.text}</code>;
    case 'br':
      return <br />;
    case 'link':
      return renderLink(token as Tokens.Link, renderInline(token.tokens));
    case 'image':
      return renderLink(token as Tokens.Image, token.text || 'image');
    case 'text':
      return token.tokens ? renderInline(token.tokens) : decodeEntities(token.text);
    case 'escape':
      return decodeEntities(token.text);
    case 'checkbox':
      return <input type="checkbox" checked={token.checked === true} disabled aria-label="Task" />;
    default:
      return token.raw;
  }
}

function renderLink({ href }: { readonly href: string }, content: ReactNode): ReactNode {
  const address = safeLink(decodeEntities(href));
  if (address === undefined) return content;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer">
      {content}
    </a>
  );
}
