import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServedFile } from './serve.ts';

/** The compiled modules of onnxruntime-web below `/onnxruntime-web/`, as the package in `folder` depends on it. */
export function onnxruntimeWebFiles(folder: string): [path: string, file: ServedFile][] {
  const require = createRequire(pathToFileURL(join(folder, 'package.json')));
  const modules = dirname(require.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
  return ['', '.asyncify'].flatMap((kind) =>
    ['mjs', 'wasm'].map((extension): [string, ServedFile] => {
      const name = `ort-wasm-simd-threaded${kind}.${extension}`;
      return [`/onnxruntime-web/${name}`, { path: join(modules, name) }];
    }),
  );
}
