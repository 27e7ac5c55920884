import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bundleSource } from '@llamella/browser-tests/src/bundle-source.ts';
import { onnxruntimeWebFiles } from '@llamella/browser-tests/src/onnxruntime-web-files.ts';
import type { ServedFile } from '@llamella/browser-tests/src/serve.ts';
import { installNpm } from '../install-npm.ts';
import { ggufModel, transformersModel } from './models.ts';
import { type CandidateName, peerVersions } from './peers.ts';

/** A page that runs one library, and what it fetches. */
export interface CandidatePage {
  readonly script: string;
  readonly files: ReadonlyMap<string, ServedFile>;
}

const workspace = join(import.meta.dirname, '../../..');
const log = (line: string) => console.error(line);

/** Prepares the page of each library; what it needs is installed or made the first time. */
export const pages: Readonly<Record<CandidateName, () => Promise<CandidatePage>>> = {
  async llamella() {
    const files = new Map<string, ServedFile>([
      ['/model.gguf', { path: await ggufModel(log) }],
      ...(await runtimeFiles()),
    ]);
    return { script: await bundleSource(join(import.meta.dirname, 'page-llamella.ts')), files };
  },
  async wllama() {
    const folder = join(installNpm('web', peerVersions, log), 'node_modules/@wllama/wllama/esm');
    const files = new Map<string, ServedFile>([
      ['/wllama/index.js', { path: join(folder, 'index.js') }],
      ['/wllama/wasm/wllama.wasm', { path: join(folder, 'wasm/wllama.wasm') }],
      ['/model.gguf', { path: await ggufModel(log) }],
    ]);
    return { script: await bundleSource(join(import.meta.dirname, 'page-wllama.ts')), files };
  },
  async 'transformers.js'() {
    const folder = join(installNpm('web', peerVersions, log), 'node_modules');
    const files = new Map<string, ServedFile>([
      ...folderFiles('/models/smollm2', await transformersModel(log)),
      ...folderFiles('/transformers', join(folder, '@huggingface/transformers/dist')),
      ...folderFiles('/transformers-ort', join(folder, 'onnxruntime-web/dist')),
    ]);
    return { script: await bundleSource(join(import.meta.dirname, 'page-transformers.ts')), files };
  },
};

/** What the runtime of Llamella loads in a page: its worker, and ONNX Runtime. */
export async function runtimeFiles(): Promise<[string, ServedFile][]> {
  const runtime = join(workspace, 'packages/runtime-web');
  return [
    ['/worker.js', await bundleSource(join(runtime, 'src/worker.ts'))],
    ...onnxruntimeWebFiles(runtime),
  ];
}

function folderFiles(address: string, folder: string): [string, ServedFile][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [`${address}/${path.slice(folder.length + 1).replaceAll('\\', '/')}`, { path }];
    });
}
