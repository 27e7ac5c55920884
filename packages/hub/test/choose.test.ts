import { describe, expect, test } from 'vitest';
import { chooseFiles, type HubFile, isQuantization, quantizationOf } from '../src/index.ts';

const gibibyte = 2 ** 30;
const file = (path: string, gigabytes = 1): HubFile => ({ path, size: Math.round(gigabytes * gibibyte) });
const choose = (files: readonly HubFile[], selection?: string, memory?: number) =>
  chooseFiles(files, selection, memory && memory * gibibyte, 'hf:o/r');
const paths = ({ files }: { files: readonly HubFile[] }) => files.map(({ path }) => path);

test.each([
  ['Llama-3.2-1B-Instruct-Q4_K_M.gguf', 'Q4_K_M'],
  ['model.q4_0.gguf', 'Q4_0'],
  ['Qwen2-7B.IQ2_XXS.gguf', 'IQ2_XXS'],
  ['a-IQ4_NL.gguf', 'IQ4_NL'],
  ['a-UD-Q4_K_XL.gguf', 'UD-Q4_K_XL'],
  ['a-UD-IQ1_S.gguf', 'UD-IQ1_S'],
  ['a-Q4_0_4_4.gguf', 'Q4_0_4_4'],
  ['a.bf16.gguf', 'BF16'],
  ['a-f16.gguf', 'F16'],
  ['gpt-oss-20b-mxfp4.gguf', 'MXFP4'],
  ['a-TQ1_0.gguf', 'TQ1_0'],
  ['BF16/a-00001-of-00002.gguf', 'BF16'],
  ['Q8_0/a-Q6_K-00001-of-00002.gguf', 'Q6_K'],
  ['Q4-tuned-but-Q5_K_S.gguf', 'Q5_K_S'],
  ['ggml-model-Q2_K_L.gguf', 'Q2_K_L'],
  ['Qwen3-8B.gguf', undefined],
  ['aQ4_0b.gguf', undefined],
])('%s is %s', (path, expected) => expect(quantizationOf(path)).toBe(expected));

test('a quantization is known by several spellings', () => {
  expect(isQuantization('Q4_K_M', 'q4-k-m')).toBe(true);
  expect(isQuantization('UD-Q4_K_XL', 'Q4_K_XL')).toBe(true);
  expect(isQuantization('F16', 'fp16')).toBe(true);
  expect(isQuantization('Q4_K_M', 'Q4_K')).toBe(false);
});

const published = [
  file('README.md', 0),
  file('m-Q2_K.gguf', 3),
  file('m-Q4_K_M.gguf', 5),
  file('m-Q5_K_M.gguf', 6),
  file('m-Q8_0.gguf', 8),
  file('m-BF16-00001-of-00002.gguf', 8),
  file('m-BF16-00002-of-00002.gguf', 8),
  file('mmproj-model-f16.gguf', 1),
  file('imatrix.gguf', 0.1),
];

describe('without a name, the memory decides', () => {
  test.each([
    [4, undefined],
    [6, 'm-Q2_K.gguf'],
    [8, 'm-Q2_K.gguf'],
    [9, 'm-Q4_K_M.gguf'],
    [32, 'm-Q4_K_M.gguf'],
    [81, 'm-Q8_0.gguf'],
    [2000, 'm-Q8_0.gguf'],
  ])('%d GiB', (memory, expected) => {
    if (expected === undefined) {
      expect(() => choose(published, undefined, memory)).toThrow(
        /Q2_K with 3\.0 GiB, is too large for 4\.0 GiB.*":Q2_K"/,
      );
      return;
    }
    const chosen = choose(published, undefined, memory);
    expect(paths(chosen)).toEqual([expected]);
    expect(chosen.reason).toContain(`${memory}.0 GiB of memory`);
  });

  test('unknown memory takes the usual one', () =>
    expect(paths(choose(published))).toEqual(['m-Q4_K_M.gguf']));
  test('without Q4_K_M the nearest', () => {
    expect(
      paths(choose([file('m-Q8_0.gguf'), file('m-Q6_K.gguf'), file('m-Q2_K.gguf'), file('m-F16.gguf')])),
    ).toEqual(['m-Q6_K.gguf']);
    expect(paths(choose([file('m-Q3_K_M.gguf'), file('m-IQ2_XS.gguf')]))).toEqual(['m-Q3_K_M.gguf']);
  });
  test('the only one is taken whatever its size', () =>
    expect(paths(choose([file('m-Q8_0.gguf', 900)], undefined, 1))).toEqual(['m-Q8_0.gguf']));
  test('two models of one quantization are ambiguous', () => {
    expect(() => choose([file('a-Q4_0.gguf'), file('b-Q4_0.gguf')])).toThrow(
      'name one of a-Q4_0.gguf, b-Q4_0.gguf',
    );
    expect(() => choose([file('a-Q4_0.gguf'), file('b-Q4_0.gguf')], 'q4_0')).toThrow('name one of');
  });
});

test('what a selection means', () => {
  const names = (selection: string) => paths(choose(published, selection));
  expect(names('q8_0')).toEqual(['m-Q8_0.gguf']);
  expect(names('bf16')).toEqual(['m-BF16-00001-of-00002.gguf', 'm-BF16-00002-of-00002.gguf']);
  expect(names('m-BF16-00002-of-00002.gguf')).toHaveLength(2);
  expect(choose(published, 'bf16').main).toBe('m-BF16-00001-of-00002.gguf');
  expect(names('README.md')).toEqual(['README.md']);
  expect(names('mmproj*')).toEqual(['mmproj-model-f16.gguf']);
  expect(names('*q5*m*.GGUF')).toEqual(['m-Q5_K_M.gguf']);
  expect(() => names('Q3_K_M')).toThrow('there is no "Q3_K_M"; there is Q2_K, Q4_K_M, Q5_K_M, Q8_0, BF16');
  expect(() => names('*.bin')).toThrow('no file matches "*.bin"');
});

test('an exact name beats the one without UD-', () => {
  const both = [file('m-Q4_K_XL.gguf'), file('m-UD-Q4_K_XL.gguf'), file('m-UD-Q2_K_XL.gguf')];
  expect(paths(choose(both, 'q4_k_xl'))).toEqual(['m-Q4_K_XL.gguf']);
  expect(paths(choose(both, 'ud-q4_k_xl'))).toEqual(['m-UD-Q4_K_XL.gguf']);
  expect(paths(choose(both, 'q2_k_xl'))).toEqual(['m-UD-Q2_K_XL.gguf']);
});

test('a split model with a part missing', () => {
  const parts = [file('m-Q4_0-00001-of-00003.gguf'), file('m-Q4_0-00003-of-00003.gguf')];
  expect(() => choose(parts, 'Q4_0')).toThrow('1 of its parts are missing');
});

test('patterns take linear time', () => {
  expect(() => choose([file(`${'a'.repeat(1000)}.gguf`)], `${'*a'.repeat(1500)}b`)).toThrow(
    'no file matches',
  );
});

test('a repository without a model, and folders', () => {
  expect(() => choose([file('README.md')])).toThrow('there is no model in it');
  const nested = [
    file('a/config.json', 0),
    file('a/tokenizer.json', 0),
    file('a/model.safetensors'),
    file('b/m-Q4_0.gguf'),
  ];
  expect(paths(choose(nested))).toEqual(['b/m-Q4_0.gguf']);
  expect(choose(nested, 'a')).toMatchObject({ main: 'a', group: { format: 'safetensors' } });
  expect(paths(choose(nested, 'a/'))).toHaveLength(3);
  expect(paths(choose(nested, 'b'))).toEqual(['b/m-Q4_0.gguf']);
});
