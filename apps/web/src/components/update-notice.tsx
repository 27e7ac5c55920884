import { useSyncExternalStore } from 'react';
import { applyUpdate, subscribeToUpdates, updateIsReady } from '../updates.ts';

/** Offers a new version of the page. */
export function UpdateNotice() {
  const isReady = useSyncExternalStore(subscribeToUpdates, updateIsReady);
  if (!isReady) return null;
  return (
    <div className="notice" role="status">
      <div className="notice-text">A new version of this page is ready.</div>
      <button type="button" className="small" onClick={applyUpdate}>
        Reload
      </button>
    </div>
  );
}
