import { InvalidFileError, UnsupportedError } from '@llamella/spec';
import type { GgufValue } from '@llamella/weights';
import { mergesFromScores } from './convert-merges.ts';
import { cuttings } from './convert-patterns.ts';

type Metadata = ReadonlyMap<string, GgufValue>;

/** Kinds of tokens in `tokenizer.ggml.token_type`. */
const NORMAL = 1;
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;

const SPACE = '\u2581';

/** A vocabulary of GGUF, checked as far as the files made from it need. */
interface Vocabulary {
  readonly file: string;
  readonly metadata: Metadata;
  readonly tokens: readonly string[];
  readonly kinds: ArrayLike<number>;
}

/** Texts of the files that a tokenizer consists of in Hugging Face's layout, by name. */
export function tokenizerFiles(metadata: Metadata, file: string, contextLength: number): Map<string, string> {
  const vocabulary = readVocabulary(metadata, file);
  const { tokens, kinds } = vocabulary;
  const built = build(vocabulary);
  const token = (role: string): string | undefined => {
    const id = metadata.get(`tokenizer.ggml.${role}_token_id`);
    return typeof id === 'number' ? tokens[id] : undefined;
  };
  const specials = Object.fromEntries(
    (['bos', 'eos', 'unk', 'pad'] as const)
      .map((role) => [
        `${role}_token`,
        token({ bos: 'bos', eos: 'eos', unk: 'unknown', pad: 'padding' }[role]),
      ])
      .filter(([, text]) => text !== undefined),
  ) as Record<string, string>;
  const special = addedTokens(vocabulary);
  const template = metadata.get('tokenizer.chat_template');
  const hasTemplate = typeof template === 'string';
  const named = [...metadata].flatMap(([key, value]) =>
    key.startsWith('tokenizer.chat_template.') && typeof value === 'string'
      ? [{ name: key.slice('tokenizer.chat_template.'.length), template: value }]
      : [],
  );
  const chatTemplate =
    named.length > 0 && hasTemplate
      ? [{ name: 'default', template }, ...named]
      : hasTemplate
        ? template
        : undefined;
  const controls = tokens.filter(
    (text, id) => kinds[id] === CONTROL && !Object.values(specials).includes(text),
  );
  const config = {
    add_bos_token: built.addsBos,
    add_eos_token: built.addsEos,
    add_prefix_space: false,
    added_tokens_decoder: Object.fromEntries(special.map(({ id, ...rest }) => [id, rest])),
    additional_special_tokens: controls,
    ...specials,
    ...(chatTemplate !== undefined && { chat_template: chatTemplate }),
    clean_up_tokenization_spaces: false,
    model_max_length: contextLength,
    tokenizer_class: 'PreTrainedTokenizerFast',
  };
  const json = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special,
    normalizer: built.normalizer,
    pre_tokenizer: built.preTokenizer,
    post_processor: built.postProcessor,
    decoder: built.decoder,
    model: built.model,
  };
  const files = new Map([
    ['tokenizer.json', `${JSON.stringify(json)}\n`],
    ['tokenizer_config.json', `${JSON.stringify(config, undefined, 2)}\n`],
    ['special_tokens_map.json', `${JSON.stringify(specials, undefined, 2)}\n`],
  ]);
  if (hasTemplate && named.length === 0) files.set('chat_template.jinja', template);
  return files;
}

function readVocabulary(metadata: Metadata, file: string): Vocabulary {
  const tokens = metadata.get('tokenizer.ggml.tokens');
  if (!Array.isArray(tokens) || tokens.length === 0) {
    throw new InvalidFileError({ file }, 'tokenizer.ggml.tokens is missing');
  }
  const kinds = metadata.get('tokenizer.ggml.token_type');
  const given = ArrayBuffer.isView(kinds)
    ? (kinds as Int32Array)
    : new Int32Array(tokens.length).fill(NORMAL);
  if (given.length !== tokens.length) {
    throw new InvalidFileError(
      { file },
      `tokenizer.ggml.token_type has ${given.length} entries for ${tokens.length} tokens`,
    );
  }
  const named = (tokens as readonly string[]).map((text, id) => text || `[EMPTY_${id}]`);
  return { file, metadata, tokens: named, kinds: given };
}

function addedTokens({ tokens, kinds }: Vocabulary) {
  return tokens.flatMap((content, id) => {
    const kind = kinds[id];
    if (kind !== CONTROL && kind !== USER_DEFINED && kind !== UNKNOWN) return [];
    const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
    return [{ id, content, ...flags, special: kind !== USER_DEFINED }];
  });
}

interface Built {
  readonly model: unknown;
  readonly normalizer: unknown;
  readonly preTokenizer: unknown;
  readonly decoder: unknown;
  readonly postProcessor: unknown;
  readonly addsBos: boolean;
  readonly addsEos: boolean;
}

function build(vocabulary: Vocabulary): Built {
  const { metadata, file } = vocabulary;
  const kind = metadata.get('tokenizer.ggml.model');
  if (kind === 'gpt2') return buildByteLevel(vocabulary);
  if (kind === 'llama') return buildSentencePiece(vocabulary);
  throw new UnsupportedError(
    `${file}: writing a tokenizer of kind ${JSON.stringify(kind)} as tokenizer.json`,
    'kinds gpt2 and llama can be written',
  );
}

function buildByteLevel(vocabulary: Vocabulary): Built {
  const { metadata, file, tokens } = vocabulary;
  const pre = metadata.get('tokenizer.ggml.pre') ?? 'gpt-2';
  const cutting = cuttings.find(({ names }) => names.some((name) => name === pre));
  if (cutting === undefined) {
    throw new UnsupportedError(
      `${file}: tokenizer.ggml.pre ${JSON.stringify(pre)} as tokenizer.json`,
      `names that can be written: ${cuttings.flatMap(({ names }) => names).join(', ')}`,
    );
  }
  const steps = cutting.steps.map((step) =>
    'digits' in step
      ? { type: 'Digits', individual_digits: true }
      : { type: 'Split', pattern: { Regex: step.pattern }, behavior: 'Isolated', invert: false },
  );
  const byteLevel = (use_regex: boolean) => ({
    type: 'ByteLevel',
    add_prefix_space: false,
    trim_offsets: true,
    use_regex,
  });
  const last = byteLevel(cutting.gpt2);
  const merges = metadata.get('tokenizer.ggml.merges');
  if (!Array.isArray(merges)) throw new InvalidFileError({ file }, 'tokenizer.ggml.merges is missing');
  return {
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: cutting.ignoreMerges ?? false,
      vocab: Object.fromEntries(tokens.map((text, id) => [text, id])),
      merges: (merges as readonly string[]).map((merge) => {
        const space = merge.indexOf(' ', 1);
        return [merge.slice(0, space), merge.slice(space + 1)];
      }),
    },
    normalizer: cutting.normalizer ? { type: cutting.normalizer } : null,
    preTokenizer: steps.length === 0 ? last : { type: 'Sequence', pretokenizers: [...steps, last] },
    decoder: byteLevel(true),
    ...surround(vocabulary, cutting.addBos ?? false, byteLevel(true)),
  };
}

function buildSentencePiece(vocabulary: Vocabulary): Built {
  const { metadata, file, tokens, kinds } = vocabulary;
  const scores = metadata.get('tokenizer.ggml.scores');
  if (!ArrayBuffer.isView(scores) || scores.length !== tokens.length) {
    throw new InvalidFileError({ file }, `tokenizer.ggml.scores does not have ${tokens.length} entries`);
  }
  const addsSpace = metadata.get('tokenizer.ggml.add_space_prefix') !== false;
  const unknown = metadata.get('tokenizer.ggml.unknown_token_id') ?? 0;
  const prefix = addsSpace ? [{ type: 'Prepend', prepend: SPACE }] : [];
  const strip = addsSpace ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : [];
  return {
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: tokens[unknown as number] ?? null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((text, id) => [text, id])),
      merges: mergesFromScores(tokens, kinds, scores as Float32Array),
    },
    normalizer: {
      type: 'Sequence',
      normalizers: [...prefix, { type: 'Replace', pattern: { String: ' ' }, content: SPACE }],
    },
    preTokenizer: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: SPACE }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...strip,
      ],
    },
    ...surround(vocabulary, true, null),
  };
}

/** Tokens around a text. */
function surround({ metadata, tokens, file }: Vocabulary, bosByDefault: boolean, plain: unknown) {
  const wanted = (role: 'bos' | 'eos', fallback: boolean): [boolean, number, string] => {
    const adds = metadata.get(`tokenizer.ggml.add_${role}_token`) ?? fallback;
    const id = metadata.get(`tokenizer.ggml.${role}_token_id`);
    const text = typeof id === 'number' ? tokens[id] : undefined;
    if (adds === true && text === undefined) {
      throw new InvalidFileError({ file }, `tokenizer.ggml.${role}_token_id is missing`);
    }
    return [adds === true, Number(id), text ?? ''];
  };
  const [addsBos, bosId, bos] = wanted('bos', bosByDefault);
  const [addsEos, eosId, eos] = wanted('eos', false);
  if (!addsBos && !addsEos) return { postProcessor: plain, addsBos, addsEos };
  const special = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } });
  const around = (ids: readonly ('A' | 'B')[]) =>
    ids.flatMap((id, type_id) => [
      ...(addsBos ? [special(bos, type_id)] : []),
      { Sequence: { id, type_id } },
      ...(addsEos ? [special(eos, type_id)] : []),
    ]);
  const entries: [string, number][] = [];
  if (addsBos) entries.push([bos, bosId]);
  if (addsEos) entries.push([eos, eosId]);
  const template = {
    type: 'TemplateProcessing',
    single: around(['A']),
    pair: around(['A', 'B']),
    special_tokens: Object.fromEntries(entries.map(([id, at]) => [id, { id, ids: [at], tokens: [id] }])),
  };
  const postProcessor = plain === null ? template : { type: 'Sequence', processors: [plain, template] };
  return { postProcessor, addsBos, addsEos };
}
