import { InvalidArgumentError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import {
  type BatchOptions,
  type Encoding,
  encodeBatch,
  type TextInput,
  tokenizerFromJson,
} from '../src/index.ts';
import { fnv1a, randomIntegers, randomString } from './random-strings.ts';
import { readJson } from './test-data.ts';

interface Parts {
  readonly seed: number;
  readonly count: number;
  readonly texts: readonly string[];
  readonly models: Readonly<Record<string, object>>;
  readonly variants: readonly {
    readonly name: string;
    readonly model: string;
    readonly options: object;
    readonly tokenizer: { readonly added_tokens: readonly object[] };
    readonly hashes: readonly number[];
  }[];
  readonly batches: readonly {
    readonly variant: string;
    readonly options: {
      readonly truncation?: {
        max_length: number;
        stride?: number;
        direction?: 'left' | 'right';
        strategy?: string;
      };
      readonly padding?: {
        readonly length?: number;
        readonly direction?: 'left' | 'right';
        readonly pad_id?: number;
        readonly pad_type_id?: number;
        readonly pad_to_multiple_of?: number;
      };
    };
    /** 0 where the reference fails. */
    readonly hashes: readonly number[];
  }[];
}

const golden = readJson(new URL('golden/parts.golden.json', import.meta.url)) as Parts;
const special = ['[UNK]', '[CLS]', '[SEP]', '[PAD]', '<|end|>'];
const texts = [
  ...golden.texts,
  ...Array.from({ length: golden.count }, (_, index) => randomString(golden.seed, index)),
];

function load({ model, options, tokenizer }: Parts['variants'][number]) {
  const added_tokens = special.map((content, id) => ({ id, content, special: true, normalized: false }));
  return tokenizerFromJson({
    ...tokenizer,
    added_tokens: [...added_tokens, ...tokenizer.added_tokens],
    model: { ...golden.models[model], ...options },
  });
}

function units(text: string): number[] {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}

function randomIds(size: number, index: number): number[] {
  const below = randomIntegers(golden.seed + 0x10000 + index);
  const ids: number[] = [];
  for (let i = below(24); i > 0; i--) {
    const id = below(size);
    for (let times = 1 + below(2); times > 0; times--) ids.push(id);
  }
  return ids;
}

// Made by tooling/reference/tokenizer_parts.py with Hugging Face's `tokenizers`.
describe('gives what the reference gives with', () => {
  for (const variant of golden.variants) {
    const { name, hashes } = variant;
    const kind = name.split(' ')[0];
    if (kind === 'decoder') {
      it(name, () => {
        const tokenizer = load(variant);
        const lists = texts
          .filter((text) => text !== '')
          .map((text) =>
            Array.from(tokenizer.encode(text, { addSpecialTokens: false, parseSpecialTokens: true })),
          );
        for (let index = 0; index < 60; index++) lists.push(randomIds(tokenizer.vocabularySize, index));
        for (const [index, ids] of lists.entries()) {
          for (const skipSpecialTokens of [false, true]) {
            const wanted = hashes[2 * index + Number(skipSpecialTokens)]!;
            const text = tokenizer.decode(ids, { skipSpecialTokens });
            const label = `${index}: ${ids} ${JSON.stringify(text)}`;
            if (wanted !== 0) expect(fnv1a(units(text)), label).toBe(wanted);
            const decoder = tokenizer.createDecoder({ skipSpecialTokens });
            expect(ids.map((id) => decoder.push(id)).join('') + decoder.flush(), label).toBe(text);
          }
        }
      });
      continue;
    }
    it(name, () => {
      const tokenizer = load(variant);
      const step = hashes.length / texts.length;
      for (const [index, text] of texts.entries()) {
        const [ids, offsets, parsed, pair, typeIds, attention] = hashes.slice(
          step * index,
          step * (index + 1),
        );
        const label = JSON.stringify(text);
        const actual = tokenizer.encodeWithOffsets(text);
        // Where the words of a text are looked up as they are, the reference lets them become control tokens.
        const forged = name === 'model WordLevel' && text.includes('[CLS]');
        if (forged) expect([...actual.ids].some((id) => special[id] === '[CLS]')).toBe(false);
        else expect(fnv1a(actual.ids), `${label} ${actual.ids}`).toBe(ids);
        expect(tokenizer.encode(text), label).toEqual(actual.ids);
        if (offsets !== 0) expect(fnv1a(actual.offsets), `${label} ${actual.offsets}`).toBe(offsets);
        const options = { addSpecialTokens: false, parseSpecialTokens: true };
        expect(fnv1a(tokenizer.encode(text, options)), label).toBe(parsed);
        if (pair === undefined) continue;
        const other = texts[(index * 7 + 3) % texts.length]!;
        const [both] = encodeBatch(tokenizer, [[text, other]], { parseSpecialTokens: true });
        expect(fnv1a(both!.ids), `${label} ${both!.ids}`).toBe(pair);
        expect(fnv1a(both!.typeIds), `${label} ${both!.typeIds}`).toBe(typeIds);
        expect(fnv1a(both!.attentionMask), label).toBe(attention);
      }
    });
  }
});

describe('encodes batches as the reference with', () => {
  const inputs = [
    ...golden.texts.filter((text) => text.trim() !== ''),
    ...Array.from({ length: 8 }, (_, index) => randomString(golden.seed + 1, index)),
  ]
    .map((text) => text.replace(/[\u{10000}-\u{10ffff}]/gu, ''))
    .map((text, index, all): TextInput => (index % 2 ? text : [text, all[(index * 5 + 2) % all.length]!]));
  const words = ({ ids, typeIds, attentionMask, specialTokensMask }: Encoding) =>
    [[ids.length], ids, typeIds, attentionMask, specialTokensMask].flatMap((list) => [...list]);

  for (const { variant, options, hashes } of golden.batches) {
    it(`${JSON.stringify(options)} and ${variant}`, () => {
      const tokenizer = load(golden.variants.find(({ name }) => name === variant)!);
      const { truncation, padding } = options;
      const batchOptions: BatchOptions = {
        parseSpecialTokens: true,
        ...(truncation && {
          truncation: {
            maxLength: truncation.max_length,
            stride: truncation.stride ?? 0,
            side: truncation.direction ?? 'right',
            strategy:
              ({ only_first: 'onlyFirst', only_second: 'onlySecond' } as const)[truncation.strategy ?? ''] ??
              'longestFirst',
          },
        }),
        ...(padding && {
          padding: {
            id: padding.pad_id ?? 3,
            typeId: padding.pad_type_id ?? 0,
            side: padding.direction ?? 'right',
            length: padding.length ?? 'longest',
            multipleOf: padding.pad_to_multiple_of ?? 1,
          },
        }),
      };
      const encodings = encodeBatch(
        tokenizer,
        inputs.filter((_, index) => hashes[index] !== 0),
        batchOptions,
      );
      for (const [index, input] of inputs.entries()) {
        if (hashes[index] === 0) {
          expect(() => encodeBatch(tokenizer, [input], batchOptions), JSON.stringify(input)).toThrow(
            InvalidArgumentError,
          );
          continue;
        }
        const encoding = encodings.shift()!;
        const all = [...words(encoding), ...encoding.offsets, ...encoding.overflow.flatMap(words)];
        expect(fnv1a(all), `${JSON.stringify(input)} ${encoding.ids}`).toBe(hashes[index]);
      }
    });
  }
});
