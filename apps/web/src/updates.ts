/**
 * The service worker of the page: it lets the page open without a network, isolates it where its host sets no headers,
 * and brings new versions. `npm run dev` has none.
 */
const address = './service-worker.js';
const longestWaitMs = 5_000;
const reloadedKey = 'llamella-reloaded-for-isolation';

const listeners = new Set<() => void>();
let waiting: ServiceWorker | undefined;
let reloadsOnChange = false;

/** Whether a new version of the page is there, waiting to be used. */
export function updateIsReady(): boolean {
  return waiting !== undefined;
}

/** Calls back when {@link updateIsReady} changes. @returns ends that */
export function subscribeToUpdates(onChange: () => void): () => void {
  listeners.add(onChange);
  return () => listeners.delete(onChange);
}

/** Reloads the page in its new version. Other tabs keep the old one until they are reloaded. */
export function applyUpdate(): void {
  reloadsOnChange = true;
  waiting?.postMessage('use-update');
}

/**
 * Registers the service worker. Resolves when it answers the page's requests, at once where it does so already or
 * cannot: what is loaded afterwards works without a network the next time. It never rejects and takes 5 s at most. Load
 * models after it: it may reload the page, once, on hosts without the headers for threads.
 */
export const pageIsReady: Promise<void> = start();

async function start(): Promise<void> {
  const { serviceWorker } = navigator;
  if (import.meta.env.DEV || serviceWorker === undefined) return;
  try {
    serviceWorker.addEventListener('controllerchange', () => {
      if (reloadsOnChange) location.reload();
    });
    const controlled = new Promise<void>((resolve) => {
      serviceWorker.addEventListener('controllerchange', () => resolve(), { once: true });
    });
    const registered = serviceWorker.register(address).then((registration) => {
      watch(registration);
      // One that is active and does not control the page was passed over on purpose: a reload with shift.
      return registration.active === null ? controlled : undefined;
    });
    const tooLate = new Promise<void>((resolve) => setTimeout(resolve, longestWaitMs));
    if (serviceWorker.controller === null) await Promise.race([registered, tooLate]);
    registered.catch(() => undefined);
    await isolateOnce();
  } catch {
    // Private windows and pages without https have none; the page works without.
  }
}

function watch(registration: ServiceWorkerRegistration): void {
  const setWaiting = (worker: ServiceWorker | null) => {
    if (worker === null || navigator.serviceWorker.controller === null) return;
    waiting = worker;
    for (const listener of [...listeners]) listener();
  };
  setWaiting(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const { installing } = registration;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed') setWaiting(registration.waiting);
    });
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') registration.update().catch(() => undefined);
  });
}

/** The service worker isolates the page from the next load on. */
async function isolateOnce(): Promise<void> {
  if (crossOriginIsolated || navigator.serviceWorker.controller === null) return;
  if (sessionStorage.getItem(reloadedKey) !== null) return;
  sessionStorage.setItem(reloadedKey, 'yes');
  location.reload();
  await new Promise(() => {});
}
