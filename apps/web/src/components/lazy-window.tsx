import { type ComponentType, lazy } from 'react';
import { Dialog } from './dialog.tsx';

interface WindowProperties {
  readonly onClose: () => void;
}

/** A window that is fetched when it is first opened; if that fails it says so, and the page goes on. */
export function lazyWindow(
  fetchWindow: () => Promise<{ readonly default: ComponentType<WindowProperties> }>,
) {
  return lazy(() => fetchWindow().catch(() => ({ default: MissingWindow })));
}

function MissingWindow({ onClose }: WindowProperties) {
  return (
    <Dialog title="Not here yet" onClose={onClose}>
      <p>This part of the page could not be fetched. Check the connection and reload the page.</p>
      <button type="button" className="primary" onClick={() => location.reload()}>
        Reload the page
      </button>
    </Dialog>
  );
}
