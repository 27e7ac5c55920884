import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  byteLengths,
  contextLength,
  license,
  sha256,
  weightsFiles,
  weightsUrl,
} from '@llamella/model-smollm2-135m-instruct';
import { expect, test } from 'vitest';

const contents = await Promise.all(weightsFiles.map((file) => readFile(file)));

test('the files have the sizes and the SHA-256 that the package states', () => {
  expect(contents).toHaveLength(2);
  expect(contents.map((bytes) => bytes.byteLength)).toEqual(byteLengths);
  const digests = contents.map((bytes) => createHash('sha256').update(bytes).digest('hex'));
  expect(digests).toEqual(sha256);
});

test('no file is larger than a Git host accepts', () => {
  for (const bytes of contents) expect(bytes.byteLength).toBeLessThan(95_000_000);
});

test('the first file is a split GGUF named as llama.cpp expects', () => {
  expect(basename(fileURLToPath(weightsUrl))).toBe('SmolLM2-135M-Instruct.Q4_1-00001-of-00002.gguf');
  const [first, second] = contents as [Buffer, Buffer];
  for (const bytes of [first, second]) {
    expect(bytes.subarray(0, 4).toString('latin1')).toBe('GGUF');
    expect(bytes.readUInt32LE(4)).toBe(3);
  }
  const tensors = first.readBigUInt64LE(8) + second.readBigUInt64LE(8);
  expect(tensors).toBe(272n);
  expect(second.readBigUInt64LE(16), 'a further split holds only the three split keys').toBe(3n);
});

test('context length and licence are those that the file states', () => {
  const header = (contents[0] as Buffer).subarray(0, 4096);
  const valueAfter = (key: string) => header.indexOf(key) + key.length + 4;
  expect(header.readUInt32LE(valueAfter('llama.context_length'))).toBe(contextLength);
  const licenseAt = valueAfter('general.license');
  const length = Number(header.readBigUInt64LE(licenseAt));
  expect(header.toString('utf8', licenseAt + 8, licenseAt + 8 + length)).toBe(license.toLowerCase());
});
