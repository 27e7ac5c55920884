import type { ReactNode } from 'react';
import { Icon } from './icons.tsx';

/** Something that people have to know, in plain sentences. */
export function Notice({
  kind,
  title,
  detail,
  onClose,
  children,
}: {
  readonly kind: 'error' | 'warning';
  readonly title: string;
  readonly detail?: string | undefined;
  readonly onClose?: () => void;
  readonly children?: ReactNode;
}) {
  return (
    <div className={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      <Icon name="warning" />
      <div className="notice-text">
        <strong>{title}</strong>
        {children}
        {detail && (
          <details>
            <summary>Details</summary>
            <p className="notice-detail">{detail}</p>
          </details>
        )}
      </div>
      {onClose && (
        <button type="button" className="quiet icon-only" onClick={onClose} aria-label="Close this note">
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}
