import type { Message } from '../conversation/conversation.ts';
import { withSelected } from '../conversation/conversation-tree.ts';
import { useServices } from '../services.ts';
import { Icon } from './icons.tsx';

/** Goes through the versions of a message: edited questions, answers generated again. */
export function Versions({
  conversationId,
  message,
  versions,
}: {
  readonly conversationId: string;
  readonly message: Message;
  readonly versions: readonly Message[];
}) {
  const { library } = useServices();
  if (versions.length < 2) return null;
  const index = versions.findIndex(({ id }) => id === message.id);
  const step = (by: number, label: string, icon: 'left' | 'right') => {
    const target = versions[index + by];
    return (
      <button
        type="button"
        className="quiet icon-only"
        aria-label={label}
        aria-disabled={target === undefined}
        onClick={() => target && library.change(conversationId, (now) => withSelected(now, target))}
      >
        <Icon name={icon} />
      </button>
    );
  };
  return (
    <span className="versions">
      {step(-1, 'Earlier version', 'left')}
      <span>
        <span className="hidden">Version </span>
        {index + 1} / {versions.length}
      </span>
      {step(1, 'Later version', 'right')}
    </span>
  );
}
