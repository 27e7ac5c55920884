import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { goldenFile } from './golden-file.ts';

const controlTokens = ['<pad>', '<s>', '</s>'];
const characters = Array.from({ length: 93 }, (_, index) =>
  index === 0 ? 'Ġ' : String.fromCharCode(32 + index),
);
const vocabulary = [...controlTokens, ...characters];

const template =
  "{{ bos_token }}{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}{{ eos_token }}{% endfor %}" +
  '{% if add_generation_prompt %}assistant:{% endif %}';

/** A copy of one of the tiny models with a tokenizer of 93 printable characters, which they come without. */
export function tinyFolder(path: string, model: string): string {
  mkdirSync(path, { recursive: true });
  for (const name of ['config.json', 'model.safetensors']) {
    copyFileSync(goldenFile(`${model}/${name}`), join(path, name));
  }
  const write = (name: string, content: unknown) => writeFileSync(join(path, name), JSON.stringify(content));
  write('tokenizer.json', {
    version: '1.0',
    added_tokens: controlTokens.map((content, id) => ({ id, content, special: true })),
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    decoder: { type: 'ByteLevel' },
    model: { type: 'BPE', vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])), merges: [] },
  });
  write('tokenizer_config.json', { bos_token: '<s>', eos_token: '</s>', chat_template: template });
  const sampling = { do_sample: true, temperature: 0.6, top_p: 0.9, repetition_penalty: 1.1 };
  write('generation_config.json', { eos_token_id: [2, 5], ...sampling });
  return path;
}
