import type { EventSink, Reader } from './events.ts';
import { JsonCalls } from './json-calls.ts';
import { NamedJson } from './named-json.ts';
import { mistralReader, pythonTagReader, toolCallReader } from './other-readers.ts';
import { PythonCalls } from './python-calls.ts';
import { type ParameterTypes, TagCall } from './tag-call.ts';

/** Names of the ways in which models write reasoning and calls. */
export type OutputFormatName =
  | 'text'
  | 'llama3-json'
  | 'pythonic'
  | 'hermes'
  | 'mistral'
  | 'deepseek'
  | 'kimi'
  | 'harmony'
  | 'granite'
  | 'phi4'
  | 'lfm2'
  | 'minicpm3'
  | 'jamba'
  | 'command';

type CreateReader = (sink: EventSink, types: ParameterTypes) => Reader;

export interface OutputFormat {
  /** Markers around reasoning. */
  readonly reasoning: readonly [open: string, close: string];
  /** Markers that open calls. */
  readonly calls: Readonly<Record<string, CreateReader>>;
  /** Markers that say nothing and are left out. */
  readonly ignored?: readonly string[];
  /** What the first character of the output may open without a marker. */
  readonly bare?: Readonly<Record<string, CreateReader>>;
  readonly isHarmony?: boolean;
}

const THINK = ['<think>', '</think>'] as const;
const DEEPSEEK_HEAD =
  /^\s*(?:function\s*<｜tool▁sep｜>\s*(?<name>[^\n<]+?)\s*(?:```(?:json)?)?|(?<plain>[^\n<]+?)\s*<｜tool▁sep｜>)\s*$/;
const list =
  (close?: string): CreateReader =>
  (sink) =>
    new JsonCalls(sink, close);
const bareJson: CreateReader = (sink) => new JsonCalls(sink, undefined, true);
const functionTag: CreateReader = (sink, types) => new TagCall(sink, true, types);

export const FORMATS: Readonly<Record<OutputFormatName, OutputFormat>> = {
  text: { reasoning: THINK, calls: {} },
  'llama3-json': {
    reasoning: THINK,
    calls: { '<|python_tag|>': pythonTagReader, '<function=': functionTag },
    ignored: ['<|eom_id|>'],
    bare: { '{': bareJson },
  },
  pythonic: {
    reasoning: THINK,
    calls: {
      '<|python_start|>': (sink) => new PythonCalls(sink, '<|python_end|>'),
      '<|python_tag|>': pythonTagReader,
    },
    bare: { '[': (sink) => new PythonCalls(sink, undefined), '{': bareJson },
  },
  hermes: { reasoning: THINK, calls: { '<tool_call>': toolCallReader, '<function=': functionTag } },
  mistral: { reasoning: ['[THINK]', '[/THINK]'], calls: { '[TOOL_CALLS]': mistralReader } },
  deepseek: {
    reasoning: THINK,
    calls: { '<｜tool▁call▁begin｜>': (sink) => new NamedJson(sink, DEEPSEEK_HEAD, '<｜tool▁call▁end｜>') },
    ignored: ['<｜tool▁calls▁begin｜>', '<｜tool▁calls▁end｜>'],
  },
  kimi: {
    reasoning: THINK,
    calls: {
      '<|tool_call_begin|>': (sink) =>
        new NamedJson(
          sink,
          /^\s*(?<id>(?:functions\.)?(?<name>[^\s:<]+)(?::\d+)?)\s*<\|tool_call_argument_begin\|>\s*$/,
          '<|tool_call_end|>',
        ),
    },
    ignored: ['<|tool_calls_section_begin|>', '<|tool_calls_section_end|>'],
  },
  harmony: {
    reasoning: ['<|channel|>analysis<|message|>', '<|end|>'],
    calls: {},
    ignored: ['<|end|>', '<|return|>', '<|call|>', '<|start|>assistant'],
    isHarmony: true,
  },
  granite: { reasoning: THINK, calls: { '<|tool_call|>': list(), '<tool_call>': list() } },
  phi4: { reasoning: THINK, calls: { '<|tool_call|>': list('<|/tool_call|>'), functools: list() } },
  lfm2: {
    reasoning: THINK,
    calls: { '<|tool_call_start|>': (sink) => new PythonCalls(sink, '<|tool_call_end|>') },
  },
  minicpm3: {
    reasoning: ['<|thought_start|>', '<|thought_end|>'],
    calls: { '<|tool_call_start|>': (sink) => new PythonCalls(sink, '<|tool_call_end|>') },
  },
  jamba: { reasoning: THINK, calls: { '<tool_calls>': list('</tool_calls>') } },
  command: {
    reasoning: ['<|START_THINKING|>', '<|END_THINKING|>'],
    calls: { '<|START_ACTION|>': list('<|END_ACTION|>') },
    ignored: ['<|START_RESPONSE|>', '<|END_RESPONSE|>'],
  },
};

/**
 * The way in which a model writes calls and reasoning, by what its chat template says. `text` where the template shows
 * no calls: reasoning in `<think>` is still told apart.
 */
export function detectOutputFormat(template: string): OutputFormatName {
  const has = (...marks: string[]) => marks.some((mark) => template.includes(mark));
  if (has('<|channel|>')) return 'harmony';
  if (has('<｜tool▁call▁begin｜>', '<｜tool▁calls▁begin｜>')) return 'deepseek';
  if (has('<|tool_calls_section_begin|>', '<|tool_call_argument_begin|>')) return 'kimi';
  if (has('<|START_ACTION|>')) return 'command';
  if (has('[TOOL_CALLS]')) return 'mistral';
  if (has('<|thought_start|>')) return 'minicpm3';
  if (has('<|tool_call_start|>')) return 'lfm2';
  if (has('<tool_calls>')) return 'jamba';
  if (has('functools[', '<|/tool_call|>')) return 'phi4';
  if (has('<|tool_call|>')) return 'granite';
  if (has('<tool_call>')) return 'hermes';
  if (has('<|python_start|>')) return 'pythonic';
  if (has('<|start_header_id|>', '<|header_start|>')) {
    if (/\[\s*func_name1?\(/.test(template) || has('params_name1=params_value1')) return 'pythonic';
    if (has('"parameters"', '<|python_tag|>')) return 'llama3-json';
  }
  return has('<function=') ? 'hermes' : 'text';
}
