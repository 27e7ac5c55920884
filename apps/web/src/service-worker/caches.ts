import type { SiteFiles } from './site-files.ts';

const shellPrefix = 'llamella-shell-';
const onUseName = 'llamella-large-files';

/**
 * What is kept of the page itself. Models are not: they are in the page's own file system.
 *
 * A version of the page has a cache of its own. The one before it stays until the next, for tabs that still run it.
 */
export class SiteCaches {
  readonly #scope: string;
  readonly #name: string;
  readonly #shell: ReadonlyMap<string, string | undefined>;
  readonly #onUse: ReadonlySet<string>;

  constructor(files: SiteFiles, scope: string) {
    this.#scope = scope;
    this.#name = `${shellPrefix}${files.version}`;
    this.#shell = new Map(files.shell.map(({ path, revision }) => [this.#address(path), revision]));
    this.#onUse = new Set(files.onUse.map((path) => this.#address(path)));
  }

  /** Keeps the files of this version: those that an earlier one has are not fetched again. */
  async keepShell(): Promise<void> {
    const cache = await caches.open(this.#name);
    await Promise.all(
      Array.from(this.#shell, async ([address, revision]) => {
        if ((await cache.match(address)) !== undefined) return;
        const kept = revision === undefined ? await caches.match(address) : undefined;
        const response =
          kept ?? (await fetch(address, { cache: revision === undefined ? 'default' : 'reload' }));
        if (!response.ok) throw new Error(`${address}: HTTP ${response.status}`);
        await cache.put(address, withoutRedirect(response));
      }),
    );
  }

  /** Removes what neither this version nor the one before it needs. */
  async removeOld(): Promise<void> {
    const names = (await caches.keys()).filter((name) => name.startsWith(shellPrefix));
    const others = names.filter((name) => name !== this.#name);
    await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
    const large = await caches.open(onUseName);
    const unused = (await large.keys()).filter(({ url }) => !this.#onUse.has(url));
    await Promise.all(unused.map((request) => large.delete(request)));
  }

  /**
   * @param address without query and fragment
   * @returns the answer, `undefined` where the request is none of the page's own files
   */
  answer(request: Request, address: string): Promise<Response> | undefined {
    if (request.headers.has('range')) return undefined;
    const page = address === this.#scope ? this.#address('index.html') : address;
    if (this.#shell.has(page)) return this.#fromCache(page, this.#name, request);
    if (this.#onUse.has(address)) return this.#fromCache(address, onUseName, request);
    return undefined;
  }

  async #fromCache(address: string, name: string, request: Request): Promise<Response> {
    const cache = await caches.open(name);
    const kept = await cache.match(address, { ignoreVary: true });
    if (kept !== undefined) return kept;
    const response = await fetch(request);
    // Without room the page works as well, only not without a network.
    if (response.ok) cache.put(address, response.clone()).catch(() => undefined);
    return response;
  }

  /** A file that a tab of the version before still asks for. */
  ofOlderVersion(address: string): Promise<Response | undefined> {
    return caches.match(address, { ignoreVary: true });
  }

  #address(path: string): string {
    return new URL(path, this.#scope).href;
  }
}

/** Some hosts redirect `/index.html` to `/`; a page that is opened takes no answer that was redirected. */
function withoutRedirect(response: Response): Response {
  if (!response.redirected) return response;
  const { body, headers, status, statusText } = response;
  return new Response(body, { headers, status, statusText });
}
