import { existsSync } from 'node:fs';
import type { RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type ServedSite, serveSite } from '../server/serve-site.ts';
import { siteHandler } from '../server/site-handler.ts';
import { siteHeaders } from '../site/headers.ts';

/** The folder that the build fills. */
export const builtFolder = join(import.meta.dirname, '..', 'dist');

/** A page as `npm run web` serves it, on a host that can fail. */
export class TestSite implements AsyncDisposable {
  readonly folder: string;
  readonly port: number;
  /** Paths that were asked for. */
  readonly requests: string[] = [];
  /** Bytes of files that were sent whole, or in whole parts, by path. */
  readonly sent = new Map<string, number>();
  /** Bytes of models after which the host is gone, until `start`; `undefined`: never. */
  breaksAfter: number | undefined;
  readonly #handler: RequestListener;
  #served: ServedSite | undefined;

  private constructor(
    folder: string,
    served: ServedSite,
    handler: RequestListener,
    site: { current?: TestSite },
  ) {
    this.folder = folder;
    this.port = served.port;
    this.#served = served;
    this.#handler = handler;
    site.current = this;
  }

  /** @param headers of every answer; default those of `npm run web` */
  static async open(folder = builtFolder, headers = siteHeaders): Promise<TestSite> {
    if (!existsSync(join(folder, 'index.html')))
      throw new Error('apps/web is not built: npm test -- build browser');
    const site: { current?: TestSite } = {};
    const files = siteHandler(folder, headers);
    const handler: RequestListener = (request, response) => {
      const path = (request.url ?? '/').replace(/\?.*$/s, '');
      site.current?.requests.push(path);
      response.on('finish', () => {
        const { sent } = site.current ?? {};
        sent?.set(path, (sent.get(path) ?? 0) + Number(response.getHeader('content-length') ?? 0));
      });
      if (path.endsWith('.gguf')) site.current?.breakDuring(response);
      files(request, response);
    };
    return new TestSite(folder, await serveSite(folder, { port: 0 }, handler), handler, site);
  }

  /** With a slash at its end. */
  get address(): string {
    return `http://localhost:${this.port}/`;
  }

  /** Nothing can be reached until {@link start}: connections are cut and refused. */
  async stop(): Promise<void> {
    await this.#served?.[Symbol.asyncDispose]();
    this.#served = undefined;
  }

  async start(): Promise<void> {
    this.#served ??= await serveSite(this.folder, { port: this.port }, this.#handler);
  }

  /** Counts what is sent, and ends everything when it is enough. */
  breakDuring(response: ServerResponse): void {
    const write = response.write.bind(response) as (chunk: Buffer) => boolean;
    response.write = (chunk: Buffer) => {
      if (this.breaksAfter !== undefined && (this.breaksAfter -= chunk.byteLength) < 0) {
        response.destroy();
        void this.stop();
        return false;
      }
      return write(chunk);
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
