import { useEffect, useState } from 'react';
import { copyText } from '../platform/copy-text.ts';
import { Icon } from './icons.tsx';

/** Copies a text, and says for a moment whether it did. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const [outcome, setOutcome] = useState<'copied' | 'failed'>();
  useEffect(() => {
    if (outcome === undefined) return;
    const timer = setTimeout(() => setOutcome(undefined), 1600);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = () =>
    copyText(text).then(
      () => setOutcome('copied'),
      () => setOutcome('failed'),
    );
  const shown = outcome === 'copied' ? 'Copied' : outcome === 'failed' ? 'Not allowed' : label;
  return (
    <button type="button" className="quiet" onClick={copy} title={label}>
      <Icon name={outcome === 'copied' ? 'check' : 'copy'} />
      <span className="button-text">{shown}</span>
    </button>
  );
}
