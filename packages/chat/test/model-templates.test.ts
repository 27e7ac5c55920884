import { LlamellaError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { chatTemplateFromConfig, chatTemplateFromGguf } from '../src/index.ts';
import { fixture } from './shared-data.ts';

const messages = [{ role: 'user', content: 'Hi' }];
const withTools = { variables: { tools: [{ name: 'f' }] } };

describe('chatTemplateFromGguf', () => {
  const tokens = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'];
  const base = {
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.bos_token_id': 1,
    'tokenizer.ggml.eos_token_id': 2,
    'tokenizer.ggml.unknown_token_id': 0,
  };
  const show = {
    ...base,
    'tokenizer.chat_template': '{{ bos_token }}{{ eos_token }}{{ unk_token }}{{ pad_token }}',
  };

  it("renders SmolLM2's conversation", () => {
    const metadata = { ...base, 'tokenizer.chat_template': fixture('smollm2.jinja') };
    expect(chatTemplateFromGguf(metadata).render(messages)).toBe(
      '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' +
        '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    );
  });

  it('takes texts of tokens from the metadata, the tokenizer or the options', () => {
    const all = '<|im_start|><|im_end|><|endoftext|>';
    expect(chatTemplateFromGguf(show).render(messages)).toBe(all);
    expect(chatTemplateFromGguf(new Map(Object.entries(show))).render(messages)).toBe(all);
    const tokenizer = { idToToken: (id: number) => `<${id}>` };
    expect(chatTemplateFromGguf(show, { tokenizer }).render(messages)).toBe('<1><2><0>');
    expect(chatTemplateFromGguf(show, { bosToken: 'B', eosToken: 'E' }).render(messages)).toBe(
      'BE<|endoftext|>',
    );
    expect(chatTemplateFromGguf(show, { variables: { unk_token: 'U' } }).render(messages)).toMatch(/U$/);
  });

  it('says when a token is not in the vocabulary', () => {
    const create = () => chatTemplateFromGguf({ ...show, 'tokenizer.ggml.eos_token_id': 3 });
    expect(create).toThrow('tokenizer.ggml.eos_token_id is 3, which is not in the vocabulary');
    expect(() => chatTemplateFromGguf({ ...show, 'tokenizer.ggml.tokens': undefined })).toThrow(
      /bos_token_id is 1/,
    );
  });

  it('knows named templates', () => {
    const metadata = { ...show, 'tokenizer.chat_template.tool_use': 'T', 'tokenizer.chat_template.rag': 'R' };
    expect(chatTemplateFromGguf(metadata).render(messages)).toMatch(/im_start/);
    expect(chatTemplateFromGguf(metadata).render(messages, withTools)).toBe('T');
    expect(chatTemplateFromGguf(metadata, { templateName: 'rag' }).render(messages, withTools)).toBe('R');
    expect(() => chatTemplateFromGguf(metadata, { templateName: 'x' })).toThrow(
      "there is no chat template named 'x'; choose one with templateName: default, tool_use, rag",
    );
  });

  it('says what to do without a template', () => {
    const create = () => chatTemplateFromGguf(base, { name: 'base.gguf' });
    expect(create).toThrow(/^base.gguf: this model has no chat template.* use `generate`/);
    expect(create).toThrow(
      expect.toSatisfy((error) => LlamellaError.isInstance(error) && error.code === 'template'),
    );
    expect(() => chatTemplateFromGguf({ 'tokenizer.chat_template': 5 })).toThrow(/must be a string/);
    expect(() => chatTemplateFromGguf(null as never)).toThrow(/metadata: must be a Map or an object/);
  });
});

describe('chatTemplateFromConfig', () => {
  const source = '{{ bos_token }}{{ messages[0].content }}{{ eos_token }}{{ pad_token }}';

  it('reads one template and tokens of both kinds', () => {
    const config = {
      chat_template: source,
      bos_token: '<s>',
      eos_token: { content: '</s>', lstrip: false },
      pad_token: null,
    };
    expect(chatTemplateFromConfig(config).render(messages)).toBe('<s>Hi</s>');
    expect(chatTemplateFromConfig(config, { eosToken: 'E' }).render(messages)).toBe('<s>HiE');
  });

  it('chooses among named templates as transformers does', () => {
    const chat_template = [
      { name: 'default', template: source },
      { name: 'tool_use', template: 'T{{ tools | length }}' },
    ];
    const template = chatTemplateFromConfig({ chat_template });
    expect(template.render(messages)).toBe('Hi');
    expect(template.render(messages, { variables: { tools: null } })).toBe('Hi');
    expect(template.render(messages, withTools)).toBe('T1');
    expect(
      chatTemplateFromConfig({ chat_template }, { templateName: 'default' }).render(messages, withTools),
    ).toBe('Hi');
    const toolsOnly = chatTemplateFromConfig({ chat_template: chat_template.slice(1) });
    expect(toolsOnly.render(messages, { tools: [{}] })).toBe('T1');
    expect(() => toolsOnly.render(messages)).toThrow(
      "there is no chat template named 'default'; choose one with templateName: tool_use",
    );
  });

  it('takes the files beside it', () => {
    const config = { chat_template: 'old', added_tokens_decoder: { '7': { content: '<e>' } } };
    const tokens = 'new{{ bos_token }}{{ eos_token }}';
    const genaiConfig = { model: { bos_token_id: 5, eos_token_id: [7, 8] } };
    const template = chatTemplateFromConfig(config, {
      chatTemplateFile: tokens,
      additionalTemplates: { tool_use: 'T', rag: 'R{{ documents[0].text }}' },
      genaiConfig,
    });
    expect(template.render(messages)).toBe('new<e>');
    expect(template.render(messages, { tools: [{}] })).toBe('T');
    const tokenizer = { idToToken: (id: number) => `<${id}>` };
    const render = (given: Record<string, unknown>, options: object) =>
      chatTemplateFromConfig(given, options).render(messages);
    expect(render({}, { chatTemplateFile: tokens, genaiConfig, tokenizer })).toBe('new<5><7>');
    expect(render({ bos_token: 'B' }, { chatTemplateFile: tokens, genaiConfig })).toBe('newB');
    const rag = chatTemplateFromConfig(
      {},
      { additionalTemplates: { rag: 'R{{ documents[0].text }}' }, templateName: 'rag' },
    );
    expect(rag.render(messages, { documents: [{ text: 'd' }] })).toBe('Rd');
    expect(() => rag.render(messages, { documents: ['d'] })).toThrow(
      'documents[0]: must be an object, got string',
    );
    expect(() => rag.render(messages, { tools: {} as never })).toThrow('tools: must be an array, got object');
  });

  it('names the broken one', () => {
    const chat_template = [
      { name: 'default', template: 'ok' },
      { name: 'tool_use', template: '{% if %}' },
    ];
    expect(() => chatTemplateFromConfig({ chat_template })).toThrow(/'tool_use': not a valid Jinja template/);
    expect(() => chatTemplateFromConfig({ chat_template: [{ name: 'default' }] as never })).toThrow(
      /entry 0 must have/,
    );
    expect(() => chatTemplateFromConfig({ chat_template: 7 as never })).toThrow(/must be a string or a list/);
  });

  it.each([{}, { chat_template: null }, { chat_template: [] }])(
    'says what to do without a template: %o',
    (config) => {
      expect(() => chatTemplateFromConfig(config)).toThrow(
        /this model has no chat template.* use `generate`/,
      );
    },
  );

  it('rejects what is no object', () => {
    expect(() => chatTemplateFromConfig(null as never)).toThrow(/config: must be an object/);
  });
});
