import { useMemo, useRef } from 'react';
import { completeMarkdown } from './complete-markdown.ts';
import { MarkdownBlock } from './markdown-block.tsx';
import { type ParsedMarkdown, parseGrowingMarkdown, parseMarkdown } from './markdown-blocks.ts';

/** Markdown as elements, without HTML in between. While `isGrowing`, only the end of the text is read again. */
export default function Markdown({
  text,
  isGrowing,
}: {
  readonly text: string;
  readonly isGrowing: boolean;
}) {
  const parsed = useRef<ParsedMarkdown | undefined>(undefined);
  const { blocks } = useMemo(() => {
    parsed.current = isGrowing
      ? parseGrowingMarkdown(text, parsed.current, completeMarkdown)
      : parseMarkdown(text);
    return parsed.current;
  }, [text, isGrowing]);
  return (
    <div className="markdown">
      {blocks.map((token, index) => (
        <MarkdownBlock key={index} token={token} />
      ))}
    </div>
  );
}
