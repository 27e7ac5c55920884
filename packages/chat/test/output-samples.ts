import type { OutputFormatName } from '../src/index.ts';

/** An output, and what is in it. Written after the model cards, templates and parsers that the README's table names. */
export interface OutputSample {
  readonly format: OutputFormatName;
  readonly name: string;
  readonly output: string;
  readonly prompt?: string;
  readonly text?: string;
  readonly reasoning?: string;
  readonly calls?: readonly (readonly [name: string, values: Record<string, unknown>, id?: string])[];
  readonly errors?: number;
}

const city = { city: 'Zürich "a"', days: 2, deep: { list: [1, null, true, { x: '}{][' }] } };
const json = JSON.stringify(city);
const call = `{"name": "get_weather", "arguments": ${json}}`;
const llama = `{"name": "get_weather", "parameters": ${json}}`;
const stop = '{"name": "stop", "arguments": {}}';
const one = [['get_weather', city]] as const;
const two = [...one, ['stop', {}]] as const;

export const SAMPLES: readonly OutputSample[] = [
  {
    format: 'text',
    name: 'plain',
    output: ' Hello <b>world</b> {"a": 1}\n[x] ',
    text: ' Hello <b>world</b> {"a": 1}\n[x] ',
  },
  {
    format: 'text',
    name: 'thought',
    output: '<think>\nHm < 3\n\nso\n</think>\n\nYes.\n',
    text: 'Yes.\n',
    reasoning: 'Hm < 3\n\nso',
  },
  {
    format: 'text',
    name: 'thought that the prompt opened',
    prompt: 'x<think>\n',
    output: 'Hm\n</think>\nYes',
    text: 'Yes',
    reasoning: 'Hm',
  },
  {
    format: 'text',
    name: 'thought that nothing opened',
    output: 'Hm\n</think>\n\nYes',
    text: 'Yes',
    reasoning: 'Hm',
  },
  {
    format: 'text',
    name: 'a thought without an end',
    output: '<think>Hm </thin',
    text: '',
    reasoning: 'Hm </thin',
  },
  { format: 'llama3-json', name: 'one call', output: llama, calls: one },
  { format: 'llama3-json', name: 'white space', output: `\n\n${llama}\n`, calls: one },
  { format: 'llama3-json', name: 'two calls', output: `${llama}; ${stop}`, calls: two },
  {
    format: 'llama3-json',
    name: 'with a type',
    output: `{"type": "function", "name": "get_weather", "parameters": ${json}}`,
    calls: one,
  },
  {
    format: 'llama3-json',
    name: 'nested',
    output: `{"type": "function", "function": {"name": "get_weather", "arguments": ${json}}}`,
    calls: one,
  },
  {
    format: 'llama3-json',
    name: 'after the tag',
    output: `<|python_tag|>${llama};${stop}<|eom_id|>`,
    calls: two,
  },
  {
    format: 'llama3-json',
    name: 'a built-in tool',
    output: '<|python_tag|>brave_search.call(query="a \\"b\\" (c)")<|eom_id|>',
    calls: [['brave_search', { query: 'a "b" (c)' }]],
  },
  {
    format: 'llama3-json',
    name: 'code',
    output: '<|python_tag|>import x\nprint({"a": 1})',
    calls: [['code_interpreter', { code: 'import x\nprint({"a": 1})' }]],
  },
  {
    format: 'llama3-json',
    name: 'a custom function',
    output: `<function=get_weather>${json}</function>`,
    calls: one,
  },
  {
    format: 'llama3-json',
    name: 'JSON that is no call',
    output: '{"answer": {"name": "x"}} ok',
    text: '{"answer": {"name": "x"}} ok',
  },
  {
    format: 'llama3-json',
    name: 'JSON with a name that is no call',
    output: '{"name": "Ann", "age": 3}',
    text: '{"name": "Ann", "age": 3}',
  },
  {
    format: 'llama3-json',
    name: 'JSON with nothing but a name',
    output: ' {"name": "Ann"}',
    text: ' {"name": "Ann"}',
  },
  { format: 'llama3-json', name: 'text before', output: `I call ${llama}`, text: `I call ${llama}` },
  { format: 'llama3-json', name: 'text after', output: `${llama}\nDone.`, calls: one, text: '\nDone.' },
  { format: 'llama3-json', name: 'cut off', output: llama.slice(0, -5), calls: [], errors: 1 },
  {
    format: 'pythonic',
    name: 'two calls',
    output:
      '[get_weather(city="Zürich \\"a\\"", days=2, deep={\'list\': [1, None, True, {"x": "}{]["}]}), stop()]',
    calls: two,
  },
  {
    format: 'pythonic',
    name: 'within markers',
    output: '<|python_start|>[stop(), f(a=(1, -2.5e3), b=[], c=\'it\\\'s\', d="""x"""\'y\')]<|python_end|>',
    calls: [
      ['stop', {}],
      ['f', { a: [1, -2500], b: [], c: "it's", d: 'xy' }],
    ],
  },
  {
    format: 'pythonic',
    name: 'a list that is no call',
    output: '[1, 2] and [f(x)]',
    text: '[1, 2] and [f(x)]',
  },
  { format: 'pythonic', name: 'words that are no call', output: '[not a call]', text: '[not a call]' },
  { format: 'pythonic', name: 'a call that is no literal', output: '[f(x=y)]', text: '[f(x=y)]' },
  { format: 'pythonic', name: 'cut off', output: '[f(x=1), g(y=', calls: [['f', { x: 1 }]], errors: 1 },
  { format: 'hermes', name: 'one call', output: `<tool_call>\n${call}\n</tool_call>`, calls: one },
  {
    format: 'hermes',
    name: 'text and two calls',
    output: `Let me see.\n\n<tool_call>\n${call}\n</tool_call>\n<tool_call>${stop}</tool_call>\n`,
    text: 'Let me see.',
    calls: two,
  },
  {
    format: 'hermes',
    name: 'arguments first',
    output: `<tool_call>{"arguments": ${json}, "name": "get_weather"}</tool_call>`,
    calls: one,
  },
  {
    format: 'hermes',
    name: 'arguments as text',
    output: `<tool_call>{"name": "get_weather", "arguments": ${JSON.stringify(json)}}</tool_call>`,
    calls: one,
  },
  {
    format: 'hermes',
    name: 'a thought first',
    output: `<think>\nHm\n</think>\n\n<tool_call>\n${call}\n</tool_call>`,
    reasoning: 'Hm',
    calls: one,
  },
  {
    format: 'hermes',
    name: 'the closing marker in a string',
    output: '<tool_call>{"name": "f", "arguments": {"a": "</tool_call>"}}</tool_call>',
    calls: [['f', { a: '</tool_call>' }]],
  },
  {
    format: 'hermes',
    name: 'a missing bracket',
    output: '<tool_call>\n{"name": "f", "arguments": {"a": 1}\n</tool_call>ok',
    calls: [['f', { a: 1 }]],
    text: 'ok',
  },
  {
    format: 'hermes',
    name: 'no JSON',
    output: '<tool_call>{"name": f}</tool_call> then',
    calls: [],
    errors: 1,
    text: 'then',
  },
  {
    format: 'hermes',
    name: 'no name',
    output: '<tool_call>{"a": 1}</tool_call><tool_call>{"name": "f"}</tool_call>',
    calls: [['f', {}]],
    errors: 1,
  },
  {
    format: 'hermes',
    name: 'cut off',
    output: '<tool_call>{"name": "f", "arguments": {"a": 1',
    calls: [],
    errors: 1,
  },
  {
    format: 'hermes',
    name: 'a bare function',
    output: '<function=f>\n<parameter=a>\nx\ny\n</parameter>\n</function>',
    calls: [['f', { a: 'x\ny' }]],
  },
  {
    format: 'hermes',
    name: 'elements',
    output:
      '<tool_call>\n<function=typed>\n<parameter=text>\n12\n</parameter>\n<parameter=count>\n12\n</parameter>\n<parameter=flag>\nTrue\n</parameter>\n<parameter=list>\n[1, "</b>"]\n</parameter>\n<parameter=free>\n12\n</parameter>\n</function>\n</tool_call>',
    calls: [['typed', { text: '12', count: 12, flag: true, list: [1, '</b>'], free: '12' }]],
  },
  {
    format: 'hermes',
    name: 'elements without ends',
    output: '<tool_call><function=f><parameter=a>1<parameter=b>2</function></tool_call>',
    calls: [['f', { a: '1', b: '2' }]],
  },
  {
    format: 'hermes',
    name: 'keys and values',
    output:
      '<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Zürich</arg_value>\n<arg_key>days</arg_key><arg_value>2</arg_value></tool_call>',
    calls: [['get_weather', { city: 'Zürich', days: 2 }]],
  },
  {
    format: 'mistral',
    name: 'a list',
    output: `[TOOL_CALLS] [{"name": "get_weather", "arguments": ${json}, "id": "abcdef123"}, ${stop}]`,
    calls: [
      ['get_weather', city],
      ['stop', {}],
    ],
  },
  {
    format: 'mistral',
    name: 'names',
    output: `Hi [TOOL_CALLS]get_weather[ARGS]${json}[TOOL_CALLS]stop[ARGS]{}`,
    text: 'Hi',
    calls: two,
  },
  {
    format: 'mistral',
    name: 'names and ids',
    output: `[TOOL_CALLS]get_weather[CALL_ID]abcdef123[ARGS]${json}`,
    calls: [['get_weather', city, 'abcdef123']],
  },
  {
    format: 'mistral',
    name: 'a thought',
    output: '[THINK]Hm[/THINK]Yes [x]',
    reasoning: 'Hm',
    text: 'Yes [x]',
  },
  {
    format: 'deepseek',
    name: 'V3',
    output: `Ok<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n\`\`\`json\n${json}\n\`\`\`<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>stop\n\`\`\`json\n{}\n\`\`\`<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
    text: 'Ok',
    calls: two,
  },
  {
    format: 'deepseek',
    name: 'V3.1',
    output: `<think>Hm</think>Ok<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>${json}<｜tool▁call▁end｜><｜tool▁call▁begin｜>stop<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
    reasoning: 'Hm',
    text: 'Ok',
    calls: two,
  },
  {
    format: 'deepseek',
    name: 'R1',
    prompt: '<｜Assistant｜><think>\n',
    output: 'Hm\n</think>\n\nYes',
    reasoning: 'Hm',
    text: 'Yes',
  },
  {
    format: 'kimi',
    name: 'two calls',
    output: `<think>Hm</think>Ok<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>${json}<|tool_call_end|><|tool_call_begin|>functions.stop:1<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>`,
    reasoning: 'Hm',
    text: 'Ok',
    calls: [
      ['get_weather', city, 'functions.get_weather:0'],
      ['stop', {}, 'functions.stop:1'],
    ],
  },
  {
    format: 'harmony',
    name: 'channels',
    output: `<|channel|>analysis<|message|>Hm<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>${json}<|call|>`,
    reasoning: 'Hm',
    calls: one,
  },
  {
    format: 'harmony',
    name: 'an answer',
    output:
      '<|channel|>analysis<|message|>Hm<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>',
    reasoning: 'Hm',
    text: 'Yes.',
  },
  { format: 'granite', name: 'a list', output: `<|tool_call|>[${call}, ${stop}]`, calls: two },
  { format: 'phi4', name: 'functools', output: `functools[${call}, ${stop}]`, calls: two },
  { format: 'phi4', name: 'markers', output: `<|tool_call|>[${call}]<|/tool_call|>`, calls: one },
  {
    format: 'lfm2',
    name: 'a list',
    output: '<|tool_call_start|>[get_weather(city="A"), stop()]<|tool_call_end|>Done',
    calls: [
      ['get_weather', { city: 'A' }],
      ['stop', {}],
    ],
    text: 'Done',
  },
  {
    format: 'minicpm3',
    name: 'lines',
    output:
      '<|thought_start|>\nHm\n<|thought_end|>\n<|tool_call_start|>\n```python\nget_weather(city="A",ok=true)\nstop()\n```\n<|tool_call_end|>\nx',
    reasoning: 'Hm',
    calls: [
      ['get_weather', { city: 'A', ok: true }],
      ['stop', {}],
    ],
    text: 'x',
  },
  {
    format: 'jamba',
    name: 'a list',
    output: `<tool_calls>[\n    ${call},\n    ${stop}\n]</tool_calls>`,
    calls: two,
  },
  {
    format: 'command',
    name: 'an action',
    output: `<|START_THINKING|>Hm<|END_THINKING|><|START_ACTION|>[\n    {"tool_call_id": "0", "tool_name": "get_weather", "parameters": ${json}}\n]<|END_ACTION|>`,
    reasoning: 'Hm',
    calls: one,
  },
  // After the cases of vLLM's and llama.cpp's own tests.
  {
    format: 'llama3-json',
    name: 'calls on lines of their own',
    output: `${llama}\n${stop}`,
    calls: two,
  },
  {
    format: 'llama3-json',
    name: 'white space around the semicolon',
    output: `${llama} ; ${stop}`,
    calls: two,
  },
  {
    format: 'llama3-json',
    name: 'arguments under their other name',
    output: call,
    calls: one,
  },
  {
    format: 'llama3-json',
    name: 'braces in the text after it',
    output: `${llama} I used {get_weather}, with {"city": 1}.`,
    calls: one,
    text: ' I used {get_weather}, with {"city": 1}.',
  },
  {
    format: 'llama3-json',
    name: 'nothing but parameters',
    output: '{"parameters": {}}',
    text: '{"parameters": {}}',
  },
  {
    format: 'llama3-json',
    name: 'code given to a tool by name',
    output: '<|python_tag|>python.call(code="print(\'hey\')")',
    calls: [['python', { code: "print('hey')" }]],
  },
  {
    format: 'pythonic',
    name: 'quotes within quotes',
    output: "[get_weather(city='Martha\\'s Vineyard', metric='\\\"cool\\\"')]",
    calls: [['get_weather', { city: "Martha's Vineyard", metric: '"cool"' }]],
  },
  {
    format: 'pythonic',
    name: 'every kind of literal',
    output:
      "[register(name='Doe', age=9, address={'city': 'LA'}, role=None, passed=True, aliases=['J', 'K'], more={}, none=[])]",
    calls: [
      [
        'register',
        {
          name: 'Doe',
          age: 9,
          address: { city: 'LA' },
          role: null,
          passed: true,
          aliases: ['J', 'K'],
          more: {},
          none: [],
        },
      ],
    ],
  },
  {
    format: 'pythonic',
    name: 'a marker that is not closed',
    output: '<|python_start|>[f(a=1), g()]',
    calls: [
      ['f', { a: 1 }],
      ['g', {}],
    ],
  },
  {
    format: 'pythonic',
    name: 'a number that JSON has not',
    output: '[calc(x=1e999)]',
    text: '[calc(x=1e999)]',
  },
  {
    format: 'hermes',
    name: 'a call that the end of the output closes',
    output: `<tool_call>\n${call}`,
    calls: one,
  },
  {
    format: 'hermes',
    name: 'a call on several lines',
    output: '<tool_call>{"name": "f",\n"arguments": {"a":\n"b"}}</tool_call>',
    calls: [['f', { a: 'b' }]],
  },
  {
    format: 'hermes',
    name: 'a call within a thought',
    output: '<think><tool_call>nah</tool_call>',
    reasoning: '<tool_call>nah</tool_call>',
  },
  {
    format: 'hermes',
    name: 'a call without markers',
    output: `{\n  "name": "get_weather", "arguments": ${json}}`,
    calls: one,
  },
  {
    format: 'hermes',
    name: 'bare functions with JSON',
    output: `<function=get_weather>${json}</function>\n<function=stop>{}</function>`,
    calls: two,
  },
  {
    format: 'hermes',
    name: 'arguments that are a text',
    output: '<tool_call>{"name": "f", "arguments": "hello"}</tool_call>',
    calls: [],
    errors: 1,
  },
  {
    format: 'mistral',
    name: 'a list, loosely set',
    output: '[TOOL_CALLS]  [ {"name":"add" , "arguments" : {"a": 3.5} } ]',
    calls: [['add', { a: 3.5 }]],
  },
  {
    format: 'mistral',
    name: 'arguments before a name, with a name in them',
    output: '[TOOL_CALLS] [{"arguments":{"name": "John"}, "name": "get_age"}]',
    calls: [['get_age', { name: 'John' }]],
  },
  {
    format: 'mistral',
    name: 'text after a list',
    output: `[TOOL_CALLS] [${call}]\nmore`,
    calls: one,
    text: 'more',
  },
  {
    format: 'mistral',
    name: 'names without [ARGS]',
    output: `hi{hi[TOOL_CALLS]get_weather${json}[TOOL_CALLS]stop{}`,
    text: 'hi{hi',
    calls: two,
  },
  {
    format: 'mistral',
    name: 'a name without arguments',
    output: '[TOOL_CALLS]f',
    calls: [],
    errors: 1,
  },
  {
    format: 'deepseek',
    name: 'V3.1, with text around',
    output:
      'normal<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>foo<｜tool▁sep｜>{"x":1}<｜tool▁call▁end｜><｜tool▁calls▁end｜> more',
    text: 'normalmore',
    calls: [['foo', { x: 1 }]],
  },
  {
    format: 'deepseek',
    name: 'V3, broken JSON',
    output:
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{"a": "b"\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    calls: [],
    errors: 1,
  },
  {
    format: 'deepseek',
    name: 'R1, a marker within a thought',
    output: 'It starts with <｜tool▁calls▁begin｜> and',
    prompt: '<think>\n',
    reasoning: 'It starts with <｜tool▁calls▁begin｜> and',
  },
];
