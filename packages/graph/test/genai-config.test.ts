import { readGenaiConfig } from '@llamella/graph';
import { InvalidFileError, UnsupportedError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { configuration } from './genai-graph.ts';

const read = (document: unknown) => readGenaiConfig(document, 'genai_config.json');

describe('a genai_config.json', () => {
  it('is read with the defaults of ONNX Runtime GenAI', () => {
    const config = read(configuration());
    expect(config).toMatchObject({
      type: 'llama',
      fileName: 'model.onnx',
      tokenizerFolder: '',
      contextLength: 64,
      vocabularySize: 40,
      headSize: 16,
      endTokens: [2, 3],
      bosToken: 1,
      sessionOptions: { log_id: 'onnxruntime-genai', provider_options: [] },
    });
    expect(config.padToken).toBeUndefined();
    expect(config.names.pastKey).toBe('past_key_values.%d.key');
    expect(config.search).toEqual({
      doSample: false,
      minLength: 0,
      maxLength: 64,
      numBeams: 1,
      repetitionPenalty: 1,
      topK: 50,
      topP: 1,
      temperature: 1,
      noRepeatNgramSize: 0,
    });
  });

  it('may have one end token, markers of reasoning and tool calls, and a folder for the tokenizer', () => {
    const config = read(
      configuration({
        ...{ eos_token_id: 2, pad_token_id: 0, tokenizer_dir: 'tokenizer' },
        ...{ bot_token_id: 4, eot_token_id: 5, bor_token_id: 6, eor_token_id: 7 },
      }),
    );
    expect(config).toMatchObject({
      endTokens: [2],
      padToken: 0,
      tokenizerFolder: 'tokenizer',
      toolCallTokens: [4, 5],
      reasoningTokens: [6, 7],
    });
  });

  it('may have any entry among the options of a session', () => {
    const options = { 'session.intra_op.allow_spinning': '0', intra_op_num_threads: 4 };
    expect(read(configuration({}, { session_options: options })).sessionOptions).toEqual(options);
  });

  it.each([
    ['a key of its own', configuration({ colour: 1 }), 'unknown key model.colour'],
    ['a key of its own in search', { ...configuration(), search: { tok_k: 1 } }, 'unknown key search.tok_k'],
    ['a key of its own at the top', { ...configuration(), extra: {} }, 'unknown key extra'],
    ['an unknown input', configuration({}, { inputs: { ids: 'a' } }), 'unknown key model.decoder.inputs.ids'],
    ['no context length', configuration({ context_length: undefined }), 'model.context_length is missing'],
    [
      'a broken size',
      configuration({}, { head_size: 1.5 }),
      'model.decoder.head_size must be a whole number',
    ],
    ['a billion layers', configuration({}, { num_hidden_layers: 1e9 }), 'is 1000000000, more than 65536'],
    ['no layers', configuration({}, { num_hidden_layers: 0 }), 'num_hidden_layers must be'],
    ['a list for text', configuration({ type: [] }), 'model.type must be a string'],
    ['no graph', configuration({}, { filename: undefined }), 'model.decoder.filename is missing'],
    ['a graph elsewhere', configuration({}, { filename: '../model.onnx' }), 'inside the folder'],
    ['a tokenizer elsewhere', configuration({ tokenizer_dir: '/etc' }), 'inside the folder'],
    ['a list at the top', [], 'the document must be an object'],
    ['a text for an object', { model: 'llama' }, 'model must be an object'],
  ])('is refused with %s', (_, document, message) => {
    expect(() => read(document)).toThrow(InvalidFileError);
    expect(() => read(document)).toThrow(message);
  });

  it.each([
    ['an encoder', configuration({ encoder: {} }), 'encoder'],
    ['images', configuration({ vision: {} }), 'a model that sees'],
    ['a draft model', configuration({ draft: {} }), 'draft'],
    ['a pipeline', configuration({}, { pipeline: [{ embeddings: {} }] }), 'pipeline'],
    ['convolutions', configuration({}, { layer_types: ['conv', 'full_attention'] }), 'layers of type conv'],
    [
      'operators of its own',
      configuration({}, { session_options: { custom_ops_library: 'a.so' } }),
      'custom',
    ],
  ])('is unsupported with %s', (_, document, message) => {
    expect(() => read(document)).toThrow(UnsupportedError);
    expect(() => read(document)).toThrow(message);
  });
});
