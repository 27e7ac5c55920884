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
  /** Markers around reasoning; `<think>` and `</think>` where there are none. */
  readonly reasoning?: readonly [open: string, close: string];
  /** Markers that open calls. */
  readonly calls: Readonly<Record<string, CreateReader>>;
  /** Markers that say nothing and are left out. */
  readonly ignored?: readonly string[];
  /** What the first character of the output may open without a marker. */
  readonly bare?: Readonly<Record<string, CreateReader>>;
  readonly isHarmony?: boolean;
}

const DEEPSEEK_HEAD =
  /^\s*(?:function\s*<｜tool▁sep｜>\s*(?<name>[^\n<]+?)\s*(?:```(?:json)?)?|(?<plain>[^\n<]+?)\s*<｜tool▁sep｜>)\s*$/;
const list =
  (close?: string): CreateReader =>
  (sink) =>
    new JsonCalls(sink, close);
const bareJson: CreateReader = (sink) => new JsonCalls(sink, undefined, true);
const functionTag: CreateReader = (sink, types) => new TagCall(sink, true, types);

export const FORMATS: Readonly<Record<OutputFormatName, OutputFormat>> = {
  text: { calls: {} },
  'llama3-json': {
    calls: { '<|python_tag|>': pythonTagReader, '<function=': functionTag },
    ignored: ['<|eom_id|>'],
    bare: { '{': bareJson },
  },
  pythonic: {
    calls: {
      '<|python_start|>': (sink) => new PythonCalls(sink, '<|python_end|>'),
      '<|python_tag|>': pythonTagReader,
    },
    bare: { '[': (sink) => new PythonCalls(sink, undefined), '{': bareJson },
  },
  hermes: {
    calls: { '<tool_call>': toolCallReader, '<function=': functionTag },
    ignored: ['</tool_call>'],
    bare: { '{': bareJson },
  },
  mistral: { reasoning: ['[THINK]', '[/THINK]'], calls: { '[TOOL_CALLS]': mistralReader } },
  deepseek: {
    calls: { '<｜tool▁call▁begin｜>': (sink) => new NamedJson(sink, DEEPSEEK_HEAD, '<｜tool▁call▁end｜>') },
    ignored: ['<｜tool▁calls▁begin｜>', '<｜tool▁calls▁end｜>'],
  },
  kimi: {
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
  granite: { calls: { '<|tool_call|>': list(), '<tool_call>': list() } },
  phi4: { calls: { '<|tool_call|>': list('<|/tool_call|>'), functools: list() } },
  lfm2: {
    calls: { '<|tool_call_start|>': (sink) => new PythonCalls(sink, '<|tool_call_end|>') },
  },
  minicpm3: {
    reasoning: ['<|thought_start|>', '<|thought_end|>'],
    calls: { '<|tool_call_start|>': (sink) => new PythonCalls(sink, '<|tool_call_end|>') },
  },
  jamba: { calls: { '<tool_calls>': list('</tool_calls>') } },
  command: {
    reasoning: ['<|START_THINKING|>', '<|END_THINKING|>'],
    calls: { '<|START_ACTION|>': list('<|END_ACTION|>') },
    ignored: ['<|START_RESPONSE|>', '<|END_RESPONSE|>'],
  },
};

/** What only templates of these formats say; the first one counts. */
const MARKS: readonly (readonly [OutputFormatName, ...string[]])[] = [
  ['harmony', '<|channel|>'],
  ['deepseek', '<｜tool▁call▁begin｜>', '<｜tool▁calls▁begin｜>'],
  ['kimi', '<|tool_calls_section_begin|>', '<|tool_call_argument_begin|>'],
  ['command', '<|START_ACTION|>'],
  ['mistral', '[TOOL_CALLS]'],
  ['minicpm3', '<|thought_start|>'],
  ['lfm2', '<|tool_call_start|>'],
  ['jamba', '<tool_calls>'],
  ['phi4', 'functools[', '<|/tool_call|>'],
  ['granite', '<|tool_call|>'],
  ['hermes', '<tool_call>'],
  ['pythonic', '<|python_start|>'],
];

/**
 * The way in which a model writes calls and reasoning, by what its chat template says. `text` where the template shows
 * no calls: reasoning in `<think>` is still told apart.
 */
export function detectOutputFormat(template: string): OutputFormatName {
  const has = (mark: string) => template.includes(mark);
  const found = MARKS.find(([, ...marks]) => marks.some(has))?.[0];
  if (found) return found;
  if (has('<|start_header_id|>') || has('<|header_start|>')) {
    if (/\[\s*func_name1?\(|params_name1=params_value1/.test(template)) return 'pythonic';
    if (has('"parameters"') || has('<|python_tag|>')) return 'llama3-json';
  }
  return has('<function=') ? 'hermes' : 'text';
}
