import { join } from 'node:path';
import { findBrowser, howToGetBrowser } from '@llamella/bootstrap/find-browser.mjs';
import { bundleSource } from '@llamella/browser-tests/src/bundle-source.ts';
import { onnxruntimeWebFiles } from '@llamella/browser-tests/src/onnxruntime-web-files.ts';
import { openBrowser } from '@llamella/browser-tests/src/open-browser.ts';
import { type OpenPage, openPage } from '@llamella/browser-tests/src/open-page.ts';
import type { ServedFile } from '@llamella/browser-tests/src/serve.ts';
import type { Backend, ForwardRequest, GraphPlan } from '@llamella/spec';
import { LlamellaError } from '@llamella/spec';
import type { Page } from 'playwright-core';
import type { GpuDescription } from '../src/index.ts';
import type { Answer, CreateOptions, Described } from './page-program.ts';

/** Why nothing can be tested here, or `undefined`. The browser step of `npm test` runs these tests again, and installs one. */
export const absence = findBrowser() === undefined ? `no browser was found; ${howToGetBrowser}` : undefined;

const folder = import.meta.dirname;

/** A page, isolated, in which backends run; and its browser. */
export interface BackendPage extends AsyncDisposable {
  readonly page: Page;
  create(plan: GraphPlan, weights: Uint8Array, options?: CreateOptions): Promise<PageBackend>;
  describeGpu(): Promise<GpuDescription>;
}

/** Opens the page in a browser of its own. */
export async function openBackendPage(flags: readonly string[] = []): Promise<BackendPage> {
  const browser = await openBrowser(flags);
  let opened: OpenPage;
  try {
    const sources = ['page-program.ts', '../src/worker.ts', 'losing-worker.ts', 'stale-worker.ts'];
    const [script, worker, losingWorker, staleWorker] = await Promise.all(
      sources.map((file) => bundleSource(join(folder, file))),
    );
    opened = await openPage(browser, {
      script: script!,
      files: new Map<string, ServedFile>([
        ['/worker.js', worker!],
        ['/losing-worker.js', losingWorker!],
        ['/stale-worker.js', staleWorker!],
        ...onnxruntimeWebFiles(join(folder, '..')),
      ]),
    });
    await opened.finished();
  } catch (error) {
    await browser.close();
    throw error;
  }
  const { page } = opened;
  let lastId = 0;
  return {
    page,
    async create(plan, weights, options = {}) {
      const id = ++lastId;
      const { model, externalFile, externalByteLength, interface: graph } = plan;
      const initializers = plan.initializers.map(({ name, byteLength }) => ({ name, byteLength }));
      const sent = { model, externalFile, externalByteLength, interface: graph, initializers };
      const described = unwrap(
        await page.evaluate(
          ([id, plan, weights, options]) => globalThis.backendProgram.create(id, plan, weights, options),
          [id, sent as unknown as GraphPlan, weights, options] as const,
        ),
      );
      return new PageBackend(page, id, described);
    },
    describeGpu: async () => unwrap(await page.evaluate(() => globalThis.backendProgram.describeGpu())),
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await browser.close();
    },
  };
}

/** A backend in a page, as one in Node. */
export class PageBackend implements Backend {
  readonly info: Described['info'];
  readonly threads: number;
  readonly storage;
  readonly #page: Page;
  readonly #id: number;
  static #lastStep = 0;

  constructor(page: Page, id: number, { info, threads, ...storage }: Described) {
    this.#page = page;
    this.#id = id;
    this.info = info;
    this.threads = threads;
    const grow = async (capacity: number, lengths: readonly number[]) => {
      const answer = await page.evaluate(
        ([id, capacity, lengths]) => globalThis.backendProgram.grow(id, capacity, lengths),
        [id, capacity, lengths] as const,
      );
      this.storage.capacity = unwrap(answer).capacity;
    };
    this.storage = { ...storage, grow };
  }

  async forward(request: ForwardRequest, signal?: AbortSignal): Promise<Float32Array> {
    const step = ++PageBackend.#lastStep;
    const abort = () => this.#page.evaluate((step) => globalThis.backendProgram.abort(step), step);
    signal?.addEventListener('abort', abort, { once: true });
    const answer = this.#page.evaluate(
      ([id, request, step, aborted]) => globalThis.backendProgram.forward(id, request, step, aborted),
      [this.#id, request, step, signal?.aborted ?? false] as const,
    );
    return unwrap(await answer, signal);
  }

  /** What the backend says about itself by now. */
  notes(): Promise<readonly string[]> {
    return this.#page.evaluate((id) => globalThis.backendProgram.notes(id), this.#id);
  }

  /** The reason, once the GPU is lost. */
  lost(): Promise<string> {
    return this.#page.evaluate((id) => globalThis.backendProgram.lost(id), this.#id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    unwrap(await this.#page.evaluate((id) => globalThis.backendProgram.dispose(id), this.#id));
  }
}

function unwrap<T>(answer: Answer<T>, signal?: AbortSignal): T {
  if ('value' in answer) return answer.value;
  if ('aborted' in answer) throw signal?.reason;
  const { code, message, argument } = answer.error;
  throw Object.assign(new LlamellaError(code as LlamellaError['code'], message), { argument });
}
