/**
 * Keeps the page for use without a network, and isolates it where its host sets no headers. Built as a classic script.
 */
import { SiteCaches } from './caches.ts';
import { isolate } from './isolate.ts';
import type { SiteFiles } from './site-files.ts';

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build. */
declare const siteFiles: SiteFiles;

const { scope } = self.registration;
const kept = new SiteCaches(siteFiles, scope);

self.addEventListener('install', (event) => event.waitUntil(kept.keepShell()));

self.addEventListener('activate', (event) => {
  event.waitUntil(kept.removeOld().then(() => self.clients.claim()));
});

self.addEventListener('message', ({ data }) => {
  if (data === 'use-update') void self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = request.url.replace(/[?#].*$/s, '');
  const isModel = address.startsWith(`${scope}models/`);
  if (request.method !== 'GET' || !address.startsWith(scope) || isModel) return;
  const answer = kept.answer(request, address) ?? fromNetwork(request, address);
  event.respondWith(answer.then(isolate));
});

async function fromNetwork(request: Request, address: string): Promise<Response> {
  if (request.headers.has('range')) return fetch(request);
  return (await kept.ofOlderVersion(address)) ?? fetch(request);
}
