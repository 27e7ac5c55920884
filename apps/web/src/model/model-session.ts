import { asyncDispose, type OnProgress, type Progress } from '@llamella/spec';
import { frameThrottle } from '../platform/frame-throttle.ts';
import { type Observable, observable } from '../platform/observable.ts';
import { type DescribedError, describeError } from './describe-error.ts';
import type { BrowserModel, Llamella, ModelStore } from './llamella.ts';
import { addProgress, type LoadProgress } from './load-progress.ts';

/** A model that the user chose. */
export interface ModelChoice {
  /** Empty for the embedded one; files that were chosen or dropped. */
  readonly reference: string | readonly File[];
  readonly label: string;
  /** Keeps a copy of files, so that they can be loaded again without choosing them. */
  readonly keeps?: boolean;
}

/** A model on its way. */
export interface Loading {
  readonly choice: ModelChoice;
  readonly progress: LoadProgress;
  /** Whether a download that is cancelled goes on where it stopped the next time. */
  readonly keepsDownloads: boolean;
}

/** What becomes of the model. */
export type ModelState =
  | { readonly kind: 'none' }
  | ({ readonly kind: 'loading' } & Loading)
  | {
      readonly kind: 'ready';
      readonly choice: ModelChoice;
      readonly model: BrowserModel;
      /** Why it is being loaded again, while it is. */
      readonly recovering?: string;
      /** Why its files are not kept, though they should be. */
      readonly notKept?: DescribedError;
      /** Files that are being looked at and kept, before they take the model's place. */
      readonly incoming?: Loading;
      /** Why files that were to take its place could not. */
      readonly refused?: DescribedError;
    }
  | { readonly kind: 'failed'; readonly choice: ModelChoice; readonly error: DescribedError };

type Ready = Extract<ModelState, { kind: 'ready' }>;

/** Loads one model at a time. */
export interface ModelSession {
  readonly state: Observable<ModelState>;
  /**
   * Replaces the model; files that are to be kept do so once they are known to be a model.
   *
   * @returns `undefined` when it failed or was cancelled, which `state` tells
   */
  load(choice: ModelChoice, device: 'auto' | 'webgpu' | 'wasm'): Promise<BrowserModel | undefined>;
  /** Stops loading; what was downloaded stays. */
  cancel(): void;
  /** Gives the model's memory back. */
  unload(): Promise<void>;
}

/** Where models come from. */
export interface ModelSources {
  readonly llamella: () => Promise<Pick<Llamella, 'loadBrowserModel' | 'hasStorage'>>;
  readonly store: () => Promise<Pick<ModelStore, 'import' | 'remove'>>;
}

/** Makes one; `onLoaded` is told about models that could be loaded. */
export function createModelSession(
  { llamella, store }: ModelSources,
  onLoaded: (choice: ModelChoice, model: BrowserModel) => void,
): ModelSession {
  const state = observable<ModelState>({ kind: 'none' });
  let loading: AbortController | undefined;
  let attempt = 0;
  let keepsDownloads = true;

  const dispose = async (): Promise<void> => {
    const before = state.get();
    if (before.kind === 'ready') await before.model[asyncDispose]();
  };

  /** Files can be used where they are, so that a full browser is no reason to stop. @returns where they are kept, or why not */
  const keep = async (
    files: readonly File[],
    options: { readonly signal: AbortSignal; readonly onProgress: OnProgress },
  ): Promise<string | DescribedError> => {
    try {
      return (await (await store()).import(files, options)).reference;
    } catch (error) {
      const described = describeError(error, 'loading', { keepsDownloads });
      if (described.code === 'no-space' || described.code === 'unsupported') return described;
      throw error;
    }
  };

  /** Takes back what was kept of files that are no model. */
  const forget = async (reference: string): Promise<void> => {
    await (await store()).remove(reference).catch(() => undefined);
  };

  /** Keeps showing the model that is there. @returns `false` when there is none */
  const stay = (more: Pick<Ready, 'incoming' | 'refused'>): boolean => {
    const now = state.get();
    if (now.kind !== 'ready') return false;
    const { incoming: _, refused: __, ...ready } = now;
    state.set({ ...ready, ...more });
    return true;
  };

  const watch = (choice: ModelChoice, model: BrowserModel) => {
    const isShown = () => {
      const now = state.get();
      return now.kind === 'ready' && now.model === model;
    };
    model.onRecovery = ({ done, reason }) => {
      if (isShown()) state.set({ kind: 'ready', choice, model, ...(!done && { recovering: reason }) });
    };
    void model.lost.then((error) => {
      if (isShown()) state.set({ kind: 'failed', choice, error: describeError(error, 'answering') });
    });
  };

  return {
    state,
    async load(choice, device) {
      loading?.abort();
      const mine = ++attempt;
      const controller = new AbortController();
      loading = controller;
      let progress: LoadProgress = [];
      let notKept: DescribedError | undefined;
      const chosen = choice;
      const keeps = typeof choice.reference !== 'string' && choice.keeps === true;
      let stays = keeps && state.get().kind === 'ready';
      const show = () => {
        if (mine !== attempt || (stays && stay({ incoming: { choice, progress, keepsDownloads } }))) return;
        state.set({ kind: 'loading', choice, progress, keepsDownloads });
      };
      const throttle = frameThrottle(show);
      const replace = async () => {
        stays = false;
        const before = dispose();
        show();
        await before;
      };
      try {
        if (stays) show();
        else await replace();
        const { loadBrowserModel, hasStorage } = await llamella();
        keepsDownloads = await hasStorage();
        const watching = {
          signal: controller.signal,
          onProgress(report: Progress) {
            progress = addProgress(progress, report, performance.now());
            throttle.request();
          },
        };
        if (keeps && typeof choice.reference !== 'string') {
          const kept = await keep(choice.reference, watching);
          if (typeof kept === 'string') choice = { reference: kept, label: choice.label };
          else notKept = kept;
          controller.signal.throwIfAborted();
          if (stays) await replace();
        }
        const { reference } = choice;
        const model = await loadBrowserModel(reference === '' ? undefined : reference, {
          device,
          ...watching,
        });
        if (mine !== attempt || controller.signal.aborted) {
          await model[asyncDispose]();
          return undefined;
        }
        throttle.cancel();
        watch(choice, model);
        state.set({ kind: 'ready', choice, model, ...(notKept && { notKept }) });
        onLoaded(choice, model);
        return model;
      } catch (error) {
        throttle.cancel();
        const described = describeError(error, 'loading', { keepsDownloads });
        const isWrong = described.code === 'invalid-file' || described.code === 'invalid-argument';
        if (isWrong && choice !== chosen) await forget(choice.reference as string);
        if (mine !== attempt) return undefined;
        const isAborted = controller.signal.aborted;
        if (stays && stay(isAborted ? {} : { refused: described })) return undefined;
        if (isAborted) state.set({ kind: 'none' });
        else state.set({ kind: 'failed', choice: isWrong ? chosen : choice, error: described });
        return undefined;
      } finally {
        if (mine === attempt) loading = undefined;
      }
    },
    cancel() {
      loading?.abort();
    },
    async unload() {
      attempt++;
      loading?.abort();
      const before = dispose();
      state.set({ kind: 'none' });
      await before;
    },
  };
}
