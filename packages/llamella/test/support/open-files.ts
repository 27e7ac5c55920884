import { existsSync, readdirSync, readlinkSync } from 'node:fs';

const FOLDER = '/proc/self/fd';

/** Whether this system can say which files a process has open. */
export const canListOpenFiles = existsSync(FOLDER);

/** Paths of the model files that this process has open; none on systems that cannot say. */
export function openModelFiles(): string[] {
  if (!canListOpenFiles) return [];
  const paths = readdirSync(FOLDER).map((number) => {
    try {
      return readlinkSync(`${FOLDER}/${number}`);
    } catch {
      return ''; // The folder listing's own handle is gone by now.
    }
  });
  return paths.filter((path) => /\.(gguf|safetensors|onnx|onnx_data|onnx\.data)$/.test(path));
}
