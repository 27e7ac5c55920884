import { Fragment, type KeyboardEvent, memo, useCallback, useId, useRef, useState } from 'react';
import type { AnswerToken } from '../conversation/conversation.ts';
import { formatShare } from '../platform/format.ts';
import { visibleToken as visible } from '../platform/visible-token.ts';
import { Chosen } from './token-choices.tsx';

/**
 * An answer as its tokens, each tinted by its probability; pointing at one, or going to it by the arrow keys, shows what
 * else was likely there.
 */
export function TokenView({ tokens }: { readonly tokens: readonly AnswerToken[] }) {
  const [pointed, setPointed] = useState<number>();
  const [focused, setFocused] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const details = useId();
  const shown = pointed ?? focused;
  const token = tokens[Math.min(shown, tokens.length - 1)];
  const point = useCallback((index: number | undefined) => setPointed(index), []);
  const choose = useCallback((index: number) => setFocused(index), []);

  const move = (event: KeyboardEvent) => {
    const target = targets[event.key]?.(focused, tokens.length);
    if (target === undefined) return;
    event.preventDefault();
    const next = Math.min(tokens.length - 1, Math.max(0, target));
    setFocused(next);
    setPointed(undefined);
    list.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus();
  };

  return (
    <div className="token-view">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset holds fields */}
      <div
        className="tokens"
        ref={list}
        role="group"
        aria-label="Tokens of the answer; the arrow keys go from one to the next"
        onKeyDown={move}
        onMouseLeave={() => setPointed(undefined)}
      >
        {tokens.map((entry, index) => (
          <TokenButton
            key={index}
            token={entry}
            index={index}
            isFocusable={index === focused}
            isShown={index === shown}
            onPoint={point}
            onChoose={choose}
            describedBy={details}
          />
        ))}
      </div>
      {token && (
        <div className="token-details" id={details}>
          <Chosen token={token} />
        </div>
      )}
    </div>
  );
}

const targets: Readonly<Record<string, ((at: number, count: number) => number) | undefined>> = {
  ArrowRight: (at) => at + 1,
  ArrowDown: (at) => at + 1,
  ArrowLeft: (at) => at - 1,
  ArrowUp: (at) => at - 1,
  Home: () => 0,
  End: (_, count) => count - 1,
};

interface TokenProperties {
  readonly token: AnswerToken;
  readonly index: number;
  readonly isFocusable: boolean;
  readonly isShown: boolean;
  readonly onPoint: (index: number) => void;
  readonly onChoose: (index: number) => void;
  readonly describedBy: string;
}

const TokenButton = memo(
  ({ token, index, isFocusable, isShown, onPoint, onChoose, describedBy }: TokenProperties) => {
    const share = Math.exp(token.logprob);
    const lines = token.text.split('\n');
    return (
      <>
        {/* A real button cannot break across lines, and text has to. */}
        {/* biome-ignore lint/a11y/useSemanticElements: see above */}
        <span
          role="button"
          className={isShown ? 'token shown' : 'token'}
          data-index={index}
          data-level={level(share)}
          tabIndex={isFocusable ? 0 : -1}
          aria-label={`${visible(token.text)}, ${formatShare(share)}`}
          aria-describedby={isShown ? describedBy : undefined}
          onMouseEnter={() => onPoint(index)}
          onFocus={() => onChoose(index)}
        >
          {lines.map((line, row) => (
            <Fragment key={row}>
              {row > 0 && <br />}
              {line}
              {row < lines.length - 1 && '↵'}
            </Fragment>
          ))}
        </span>
      </>
    );
  },
);

/** From 0, all but certain, to 5, hardly expected. */
function level(share: number): number {
  return share > 0.9 ? 0 : share > 0.7 ? 1 : share > 0.45 ? 2 : share > 0.2 ? 3 : share > 0.05 ? 4 : 5;
}
