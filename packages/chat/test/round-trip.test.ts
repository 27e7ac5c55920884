import { describe, expect, it } from 'vitest';
import {
  collectMessage,
  createChatTemplate,
  createOutputParser,
  detectOutputFormat,
  type OutputFormatName,
} from '../src/index.ts';
import { referenceCases, skipReason } from './shared-data.ts';

const user = { role: 'user', content: 'Why?' };
const everyValue = { city: 'Zürich "a"', days: 2, list: [1, 'x'] };
const properties = {
  city: { type: 'string' },
  days: { type: 'integer' },
  list: { type: 'array', items: {} },
};
const describeTool = (name: string) => ({
  type: 'function',
  function: { name, description: 'x', parameters: { type: 'object', properties, required: [] } },
});
const tools = [describeTool('get_weather'), describeTool('stop')];

/** Templates that write calls, the format found in them, and what their models add at the end of an answer. */
const FAMILIES: [name: string, format: OutputFormatName, end: string][] = [
  ['meta-llama/Llama-3.1-8B-Instruct', 'llama3-json', '<|eot_id|>'],
  ['Qwen/Qwen2.5-7B-Instruct', 'hermes', '<|im_end|>\n'],
  ['Qwen/Qwen3-0.6B', 'hermes', '<|im_end|>\n'],
  ['Qwen/Qwen3.5-4B', 'hermes', '<|im_end|>\n'],
  ['NousResearch/Hermes-2-Pro-Llama-3-8B (JSON Schema)', 'hermes', '<|im_end|>'],
  ['zai-org/GLM-5.1', 'hermes', ''],
  ['mistralai/Mistral-Nemo-Instruct-2407', 'mistral', '</s>'],
  ['mistralai/Mistral-7B-Instruct-v0.3 (JSON Schema)', 'mistral', '</s>'],
  ['deepseek-ai/DeepSeek-R1', 'deepseek', '<｜end▁of▁sentence｜>'],
  ['moonshotai/Kimi-K2-Thinking', 'kimi', '<|im_end|>'],
  ['LiquidAI/LFM2.5-VL-450M', 'lfm2', '<|im_end|>\n'],
  ['openbmb/MiniCPM3-4B', 'minicpm3', '<|im_end|>\n'],
  ['ai21labs/AI21-Jamba-Large-1.6', 'jamba', '<|eom|>'],
];

describe.skipIf(referenceCases.length === 0)(
  `calls that were parsed render back (needs: ${skipReason})`,
  () => {
    it.each(FAMILIES)('%s', (name, format, end) => {
      const source = referenceCases.find((entry) => entry.name === name)!.chat_template;
      expect(detectOutputFormat(source)).toBe(format);
      const template = createChatTemplate(source, { bosToken: '<s>', eosToken: end.trim() || '</s>' });
      // LFM2's template puts texts between quotes without escapes.
      const values = { ...everyValue, ...(format === 'lfm2' && { city: 'Zürich' }) };
      const asText = format === 'deepseek' ? JSON.stringify(values) : values;
      const call = {
        id: format === 'kimi' ? 'functions.get_weather:0' : 'abcdef123',
        type: 'function',
        function: { name: 'get_weather', arguments: asText },
      };
      // Some templates print a content of null, others fail without one.
      const content = format === 'deepseek' || format === 'mistral' ? null : '';
      const message = { role: 'assistant', content, tool_calls: [call] };
      const options = { tools, addGenerationPrompt: false };
      const before = template.render([user], {
        ...options,
        addGenerationPrompt: name !== 'zai-org/GLM-5.1' && !/Qwen3\.5/.test(name),
      });
      const full = template.render([user, message], options);
      const start = full.startsWith(before)
        ? before.length
        : template.render([user], options).trimEnd().length;
      const written = full.slice(start).trimEnd();
      const output = written.replace(/^.*<\|im_start\|>assistant\n|^.*<\|assistant\|>/s, '');
      const parser = createOutputParser(format, { tools, createId: () => 'abcdef123' });
      const tail = end.trim();
      const body = tail !== '' && output.endsWith(tail) ? output.slice(0, -tail.length) : output;
      const parsed = collectMessage([...parser.push(body), ...parser.end()]);
      expect(
        parsed.tool_calls?.map(({ function: { name: called, arguments: read } }) => [called, read]),
      ).toEqual([['get_weather', values]]);
      const again = parsed.tool_calls!.map((entry) => ({
        ...entry,
        id: call.id,
        function: {
          ...entry.function,
          arguments:
            format === 'deepseek' ? JSON.stringify(entry.function.arguments) : entry.function.arguments,
        },
      }));
      expect(template.render([user, { role: 'assistant', content, tool_calls: again }], options)).toBe(full);
    });
  },
);
