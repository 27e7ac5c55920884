import { Dialog } from './dialog.tsx';
import { Sidebar } from './sidebar.tsx';

/** The conversations, where there is no room for them beside the page. */
export default function SidebarDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Conversations" className="drawer start" onClose={onClose}>
      <Sidebar onChosen={onClose} />
    </Dialog>
  );
}
