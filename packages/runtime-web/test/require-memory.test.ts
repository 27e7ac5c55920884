import { requireMemory } from '@llamella/runtime-web';
import { UnsupportedError } from '@llamella/spec';
import { expect, test } from 'vitest';

const large = { externalByteLength: 5_021_000_000 };

test('weights that WebAssembly cannot address are refused, with what to do instead', () => {
  expect(() => requireMemory(large, 'wasm')).toThrow(UnsupportedError);
  expect(() => requireMemory(large, 'wasm')).toThrow(/take 5\.0 GB.*addresses 4\.3 GB.*use WebGPU/);
  // There has to be room for more than weights.
  expect(() => requireMemory({ externalByteLength: 2 ** 32 - 1 }, 'wasm')).toThrow(UnsupportedError);
});

test('a GPU, and weights that may fit, are not', () => {
  requireMemory(large, 'webgpu');
  requireMemory({ externalByteLength: 4_000_000_000 }, 'wasm');
});
