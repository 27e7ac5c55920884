import { InvalidFileError, type Tokenizer, UnsupportedError } from '@llamella/spec';
import { tokenizerFromGguf } from '@llamella/tokenizer';
import type { GgufField } from '@llamella/weights';
import { type Cutting, cuttings } from './convert-patterns.ts';

const NORMAL = 1;
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;
const UNUSED = 5;
const BYTE = 6;

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special?: boolean;
}

interface Step {
  readonly type?: string;
  readonly pretokenizers?: readonly Step[];
  readonly normalizers?: readonly Step[];
  readonly pattern?: { readonly Regex?: string; readonly String?: string };
  readonly behavior?: string;
  readonly invert?: boolean;
  readonly individual_digits?: boolean;
  readonly use_regex?: boolean;
  readonly prepend_scheme?: string;
  readonly add_prefix_space?: boolean;
}

interface Model {
  readonly type?: string;
  readonly vocab?: Readonly<Record<string, number>>;
  readonly merges?: readonly (string | readonly [string, string])[];
  readonly byte_fallback?: boolean;
  readonly ignore_merges?: boolean;
  readonly unk_token?: string | null;
}

interface TokenizerJson {
  readonly model?: Model;
  readonly added_tokens?: readonly AddedToken[];
  readonly normalizer?: Step | null;
  readonly pre_tokenizer?: Step | null;
}

/** Texts that tell tokenizers apart: numbers, spaces, contractions, scripts, emoji. */
const samples = [
  "Hello, world!  It's 12345.678 and we'LL see…\n\n\tdef f(x):\n        return x**2  # ok\r\n",
  'Größe ÄÖÜ naïve façade — 你好，世界 こんにちは 안녕하세요 Привет мир مرحبا שלום नमस्ते ไทย 😀👩‍👩‍👧',
  ' leading and trailing  ',
  '3.14159 1,000,000 0xFF a1b2c3 __init__ HTTPServer camelCase $100 50% (a)[b]{c} <|x|>',
];

/**
 * The keys `tokenizer.*` of GGUF for a tokenizer.json, as llama.cpp's conversion writes them. The tokenizer that they
 * make is compared with the given one on some texts.
 *
 * @param options.tokenizer made from the same file
 * @param options.vocabularySize rows of the embedding; what is missing in the file is filled up
 * @throws {UnsupportedError} for a tokenizer that GGUF has no name for
 */
export function ggufTokenizer(
  json: unknown,
  options: {
    readonly file: string;
    readonly tokenizer: Tokenizer;
    readonly vocabularySize: number;
    readonly chatTemplate: string | undefined;
  },
): Map<string, GgufField> {
  const { file, tokenizer, chatTemplate } = options;
  const { model, added_tokens: added = [], normalizer, pre_tokenizer: pre } = json as TokenizerJson;
  if (model?.type !== 'BPE' || typeof model.vocab !== 'object' || !Array.isArray(model.merges)) {
    throw new UnsupportedError(`${file}: a tokenizer of type ${model?.type} as GGUF`, 'BPE can be written');
  }
  const fields = new Map<string, GgufField>();
  const set = (key: string, field: GgufField) => fields.set(`tokenizer.ggml.${key}`, field);
  const cutting = model.byte_fallback ? undefined : findCutting(file, model, normalizer, pre);
  set('model', cutting === undefined ? 'llama' : 'gpt2');
  set('pre', cutting === undefined ? 'default' : cutting.names[0]!);
  const { tokens, kinds } = listTokens(file, model, added, options.vocabularySize);
  set('tokens', tokens);
  const pairs = model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')));
  if (cutting === undefined) {
    set('scores', scoresFromMerges(tokens, pairs));
    set('add_space_prefix', prependsSpace(normalizer, pre));
  }
  set('token_type', kinds);
  if (cutting !== undefined) set('merges', pairs);
  const { bos, eos, unknown, padding } = tokenizer.specialTokenIds;
  for (const [role, id] of Object.entries({ bos, eos, unknown, padding })) {
    if (id !== undefined) set(`${role}_token_id`, { type: 'uint32', value: id });
  }
  const [other] = [...tokenizer.endOfGenerationIds].filter((id) => id !== eos);
  if (other !== undefined) set('eot_token_id', { type: 'uint32', value: other });
  const around = tokenizer.encode('a');
  set('add_bos_token', bos !== undefined && around[0] === bos);
  set('add_eos_token', eos !== undefined && around.length > 1 && around.at(-1) === eos);
  if (chatTemplate !== undefined) fields.set('tokenizer.chat_template', chatTemplate);
  compare(file, tokenizer, fields);
  return fields;
}

function compare(file: string, tokenizer: Tokenizer, fields: Map<string, GgufField>): void {
  const plain = new Map<string, unknown>();
  for (const [key, field] of fields) {
    plain.set(key, typeof field === 'object' && 'value' in field ? field.value : field);
  }
  const made = tokenizerFromGguf(plain, { name: file });
  for (const sample of samples) {
    const given = tokenizer.encode(sample).join();
    if (made.encode(sample).join() === given) continue;
    throw new UnsupportedError(
      `${file}: a tokenizer that cuts text as no tokenizer of GGUF does`,
      'convert to safetensors or GenAI',
    );
  }
}

function stepsOf(step: Step | null | undefined, list: 'pretokenizers' | 'normalizers'): readonly Step[] {
  if (!step) return [];
  return step.type === 'Sequence' ? (step[list] ?? []) : [step];
}

function findCutting(
  file: string,
  model: Model,
  normalizer: Step | null | undefined,
  pre: Step | null | undefined,
): Cutting {
  const steps = stepsOf(pre, 'pretokenizers');
  const last = steps.at(-1);
  const unusual = stepsOf(normalizer, 'normalizers').find(({ type }) => type !== 'NFC');
  const fits = ({ steps: wanted, gpt2 }: Cutting) =>
    last?.type === 'ByteLevel' &&
    last.add_prefix_space !== true &&
    (last.use_regex ?? true) === gpt2 &&
    wanted.length === steps.length - 1 &&
    wanted.every((step, index) => isStep(steps[index]!, step));
  const candidates = unusual === undefined ? cuttings.filter(fits) : [];
  const merges = model.ignore_merges ?? false;
  const found = candidates.find(({ ignoreMerges = false }) => ignoreMerges === merges) ?? candidates[0];
  if (found !== undefined) return found;
  const patterns = steps.map(({ type, pattern }) => pattern?.Regex ?? pattern?.String ?? type);
  throw new UnsupportedError(
    `${file}: a tokenizer that cuts by ${JSON.stringify(patterns)} as GGUF`,
    'convert to safetensors or GenAI',
  );
}

function isStep(step: Step, wanted: Cutting['steps'][number]): boolean {
  if ('digits' in wanted) return step.type === 'Digits' && step.individual_digits === true;
  const isolates = step.type === 'Split' && step.behavior === 'Isolated' && step.invert !== true;
  return isolates && step.pattern?.Regex === wanted.pattern;
}

function listTokens(file: string, model: Model, added: readonly AddedToken[], size: number) {
  const tokens: string[] = [];
  const kinds = new Int32Array(size).fill(UNUSED);
  const put = (id: number, text: string, kind: number) => {
    if (!Number.isInteger(id) || id < 0 || id >= size) {
      throw new InvalidFileError({ file }, `token ${JSON.stringify(text)} has the id ${id} of ${size}`);
    }
    tokens[id] = text;
    kinds[id] = kind;
  };
  for (const [text, id] of Object.entries(model.vocab!)) {
    const isByte = model.byte_fallback === true && /^<0x[0-9A-F]{2}>$/.test(text);
    put(id, text, isByte ? BYTE : text === model.unk_token ? UNKNOWN : NORMAL);
  }
  for (const { id, content, special } of added) {
    if (kinds[id] !== UNKNOWN) put(id, content, special === false ? USER_DEFINED : CONTROL);
  }
  for (let id = 0; id < size; id++) tokens[id] ??= `[PAD${id}]`;
  return { tokens, kinds };
}

/** A token is worth the more, the earlier two tokens merge into it; only the order counts. */
function scoresFromMerges(tokens: readonly string[], pairs: readonly string[]): Float32Array {
  const ranks = new Map<string, number>();
  for (const [rank, pair] of pairs.entries()) {
    const text = pair.replace(' ', '');
    if (!ranks.has(text)) ranks.set(text, rank);
  }
  return Float32Array.from(tokens, (text) => -(ranks.get(text) ?? pairs.length));
}

function prependsSpace(normalizer: Step | null | undefined, pre: Step | null | undefined): boolean {
  return (
    stepsOf(normalizer, 'normalizers').some(({ type }) => type === 'Prepend') ||
    stepsOf(pre, 'pretokenizers').some(
      ({ type, prepend_scheme: scheme, add_prefix_space: adds }) =>
        type === 'Metaspace' && (scheme === undefined ? adds !== false : scheme !== 'never'),
    )
  );
}
