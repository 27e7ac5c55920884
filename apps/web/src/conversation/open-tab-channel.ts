import type { TabChannel } from './conversation-library.ts';

/** Reaches the other tabs of this page; without `BroadcastChannel` they find out when they are looked at. */
export function openTabChannel(name = 'llamella-conversations'): TabChannel {
  const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel(name) : undefined;
  const own: TabChannel = {
    send: (message) => channel?.postMessage(message),
    onReceive: undefined,
  };
  channel?.addEventListener('message', ({ data }) => own.onReceive?.(data));
  return own;
}
