import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedData } from '../shared-data.ts';
import type { MetadataValue } from './gguf-header.ts';

interface TokenizerJson {
  readonly model: {
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges: readonly (string | readonly [string, string])[];
  };
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
}

/** The tokenizer of Llama 3.1, as a GGUF file carries it. */
export function llamaTokenizer(): Readonly<Record<string, MetadataValue>> {
  const file = 'tokenizers/llama3_1/tokenizer.json';
  const { model, added_tokens: added } = JSON.parse(
    readFileSync(join(sharedData(file), file), 'utf8'),
  ) as TokenizerJson;
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(model.vocab)) tokens[id] = token;
  for (const { id, content } of added) tokens[id] = content;
  const control = new Set(added.map(({ id }) => id));
  return {
    'tokenizer.ggml.model': { string: 'gpt2' },
    'tokenizer.ggml.pre': { string: 'llama-bpe' },
    'tokenizer.ggml.tokens': { strings: tokens },
    'tokenizer.ggml.token_type': { int32s: tokens.map((_, id) => (control.has(id) ? 3 : 1)) },
    'tokenizer.ggml.merges': {
      strings: model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' '))),
    },
    'tokenizer.ggml.bos_token_id': { uint32: 128_000 },
    'tokenizer.ggml.eos_token_id': { uint32: 128_009 },
  };
}
