import { findKept } from './model/find-kept.ts';
import { openModelStore } from './model/load-llamella.ts';
import type { Services } from './services.ts';
import type { RememberedModel } from './settings/preferences.ts';

/** Brings back what was open: the conversation that the address names, and the model that was used last. */
export async function start({ library, preferences, models, loadModel }: Services): Promise<void> {
  const openNamed = async () => {
    const id = location.hash.slice(1);
    if (id !== '' && id !== library.current.get().id) await library.open(id);
  };
  await openNamed();
  library.current.subscribe(() => {
    const { id, messages } = library.current.get();
    const hash = Object.keys(messages).length === 0 ? '' : `#${id}`;
    if (location.hash !== hash) history.replaceState(null, '', hash || location.pathname + location.search);
  });
  addEventListener('hashchange', () => void openNamed());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void library.refresh();
  });
  void library.refresh();
  // Here before the first answer needs it.
  void import('./markdown/markdown.tsx').catch(() => undefined);
  const { model } = preferences.get();
  if (model && models.state.get().kind === 'none' && (await isKept(model))) loadModel(model);
}

/** Nothing is downloaded that nobody asked for. */
async function isKept(remembered: RememberedModel): Promise<boolean> {
  try {
    const store = await openModelStore();
    const { models } = await store.list();
    return findKept(models, remembered)?.isComplete === true;
  } catch {
    return false;
  }
}
