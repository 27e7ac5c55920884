import { useSyncExternalStore } from 'react';
import { useServices } from '../services.ts';

/** Whether an answer is being written. Unlike the answer itself, this changes rarely. */
export function useIsBusy(): boolean {
  const { live } = useServices().chat;
  return useSyncExternalStore(live.subscribe, () => live.get() !== undefined);
}
