import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UnsupportedError } from '@llamella/spec';

const fileNames: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'libonnxruntime.so.1',
  darwin: 'libonnxruntime.1.dylib',
  win32: 'onnxruntime.dll',
};

/**
 * Finds the shared library that the package onnxruntime-node carries for this machine.
 *
 * @throws {UnsupportedError} when that package has none for this platform and processor, or is not installed
 */
export function libraryPath(): string {
  const machine = `${process.platform}-${process.arch}`;
  const fileName = fileNames[process.platform];
  const root = dirname(resolvePackage());
  const path = join(root, 'bin', 'napi-v6', process.platform, process.arch, fileName ?? '');
  if (fileName === undefined || !existsSync(path)) {
    throw new UnsupportedError(
      `ONNX Runtime on ${machine}`,
      'onnxruntime-node has libraries for linux-x64, linux-arm64, darwin-arm64, win32-x64 and win32-arm64',
    );
  }
  return path;
}

function resolvePackage(): string {
  try {
    return createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  } catch (cause) {
    throw new UnsupportedError(
      'running a model in Node without the package onnxruntime-node',
      'install onnxruntime-node 1.30.0, for example with npm install onnxruntime-node@1.30.0 --ignore-scripts',
      { cause },
    );
  }
}
