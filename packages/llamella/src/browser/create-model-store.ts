import { estimateStorage, persistStorage } from '@llamella/hub/browser';
import { createModelWorker } from './create-model-worker.ts';
import type { CallName, WorkerCalls } from './messages.ts';
import type { ModelStore } from './model-store.ts';
import { nameFiles, wholeAddress } from './send-reference.ts';
import { WorkerLink } from './worker-link.ts';

/** How a model store works; every field is optional. */
export interface ModelStoreOptions {
  /** As for `loadBrowserModel`: the same program. It is made when first needed, and ended when it has been idle. */
  readonly createWorker?: () => Worker;
}

const IDLE_MS = 10_000;

/** Opens the models that are kept in this browser's own file system (OPFS); downloads and imports run in a worker. */
export function createModelStore({ createWorker = createModelWorker }: ModelStoreOptions = {}): ModelStore {
  let link: WorkerLink | undefined;
  let running = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    link?.close('disposed', 'the model store was idle');
    link = undefined;
  };
  async function call<K extends CallName>(
    ...[name, argument, options]: Parameters<typeof WorkerLink.prototype.call<K>>
  ): Promise<WorkerCalls[K]['result']> {
    clearTimeout(timer);
    running++;
    try {
      if (link === undefined) {
        const made = new WorkerLink(createWorker());
        made.onEnd = () => {
          if (link === made) link = undefined;
        };
        link = made;
      }
      return await link.call(name, argument, options);
    } finally {
      if (--running === 0) timer = setTimeout(end, IDLE_MS);
    }
  }
  return {
    async list() {
      const [contents, estimate] = await Promise.all([call('list', undefined), estimateStorage()]);
      const { usageBytes, quotaBytes, persisted } = estimate;
      return {
        ...contents,
        ...(usageBytes !== undefined && { usageBytes }),
        ...(quotaBytes !== undefined && { quotaBytes }),
        persisted,
      };
    },
    pull: async (reference, { signal, onProgress } = {}) =>
      call('pull', wholeAddress(reference), { signal, onEvent: onProgress }),
    import: async (files, { signal, onProgress } = {}) =>
      call('import', nameFiles(files), { signal, onEvent: onProgress }),
    remove: async (reference) => call('remove', wholeAddress(reference)),
    persist: persistStorage,
  };
}
