import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServedFile } from '@llamella/browser-tests/src/serve.ts';
import { goldenFile } from '../support/golden-file.ts';
import { tinyFolder } from '../support/tiny-folder.ts';
import { tinyGguf } from '../support/tiny-gguf.ts';
import type { MadeFile } from './page-program.ts';

/** Files of a model: on the disk for Node, and for the page to make from what is served. */
export interface ServedModel {
  readonly path: string;
  readonly files: readonly MadeFile[];
}

const stories = goldenFile('stories260K-f32.gguf');

/** What no loader takes, by its address. */
const broken: Readonly<Record<string, Uint8Array>> = {
  '/photo.jpg': Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, ...new Array<number>(3000).fill(7)),
  '/empty.gguf': new Uint8Array(0),
  '/cut.gguf': readFileSync(stories).subarray(0, 600_000),
  '/mamba.gguf': tinyGguf({ metadata: { 'general.architecture': { string: 'mamba' } } }),
};

/** The models that the tests in a browser load. */
export function servedModels() {
  const folder = mkdtempSync(join(tmpdir(), 'llamella-browser-'));
  const fleeting = join(folder, 'fleeting.gguf');
  copyFileSync(stories, fleeting);
  const served = new Map<string, ServedFile>([
    ['/stories.gguf', { path: stories }],
    ['/fleeting.gguf', { path: fleeting }],
    ...Object.entries(broken),
  ]);
  const serveFolder = (name: string, path: string): ServedModel => {
    const names = readdirSync(path).filter((each) => each !== 'golden.json');
    for (const each of names) served.set(`/${name}/${each}`, { path: join(path, each) });
    return { path, files: names.map((each) => ({ name: each, address: `/${name}/${each}` })) };
  };
  const tinyModel = (name: string) =>
    serveFolder(name, tinyFolder(join(folder, name), `tiny-models/${name}`));
  return {
    served,
    /** From then on requests for `/fleeting.gguf` break off. */
    cutNetwork: () => rmSync(fleeting),
    stories: { path: stories, files: [{ name: 'stories.gguf', address: '/stories.gguf' }] },
    folders: Object.fromEntries(
      ['llama-3', 'qwen3', 'gemma3', 'phi3'].map((name) => [name, tinyModel(name)]),
    ) as Readonly<Record<string, ServedModel>>,
    genai: serveFolder('genai', goldenFile('genai/llama31-int4-awq')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
