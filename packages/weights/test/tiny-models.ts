import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bytesFromMemory, openSafetensors, type SafetensorsCheckpoint } from '@llamella/weights';

/** The folders of tooling/reference/golden/tiny-models. */
export const tinyModels = [
  'llama-3',
  'llama-linear',
  'llama-yarn',
  'llama-bias',
  'mistral',
  'qwen2',
  'qwen2-sliding',
  'qwen3',
  'smollm3',
  'gemma2',
  'gemma3',
  'phi3',
  'phi3-partial',
  'granite',
] as const;

const folder = new URL('../../../tooling/reference/golden/tiny-models/', import.meta.url);

export function tinyModelPath(variant: string, file: string): string {
  return fileURLToPath(new URL(`${variant}/${file}`, folder));
}

/** The parsed config.json of a tiny model. */
export function tinyConfig(variant: string): Record<string, unknown> {
  return JSON.parse(readFileSync(tinyModelPath(variant, 'config.json'), 'utf8'));
}

export function tinyBytes(variant: string): Uint8Array {
  return new Uint8Array(readFileSync(tinyModelPath(variant, 'model.safetensors')));
}

export function openTinyModel(variant: string): Promise<SafetensorsCheckpoint> {
  const file = 'model.safetensors';
  const source = bytesFromMemory(tinyBytes(variant), `${variant}/${file}`);
  return openSafetensors({ files: new Map([[file, source]]), config: tinyConfig(variant) });
}
