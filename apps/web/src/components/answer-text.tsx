import { lazy, memo, Suspense } from 'react';
import { splitReasoning } from '../generation/split-reasoning.ts';

// An answer can be read without its marks being understood.
const Markdown = lazy(() => import('../markdown/markdown.tsx').catch(() => ({ default: Plain })));

function Plain({ text }: { readonly text: string }) {
  return <p className="plain">{text}</p>;
}

/** An answer as Markdown, what the model thought before it folded away. */
export const AnswerText = memo(
  ({ text, isGrowing }: { readonly text: string; readonly isGrowing: boolean }) => {
    const { reasoning, isThinking, answer } = splitReasoning(text);
    return (
      <>
        {reasoning !== undefined && (
          <details className="reasoning" open={isThinking}>
            <summary>{isThinking && isGrowing ? 'Thinking' : 'Thoughts'}</summary>
            <p>{reasoning}</p>
          </details>
        )}
        <Suspense fallback={<Plain text={answer} />}>
          <Markdown text={answer} isGrowing={isGrowing} />
        </Suspense>
      </>
    );
  },
);
