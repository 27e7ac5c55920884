import { describe, expect, test } from 'vitest';
import { runFake } from './fake-context.ts';

describe('run', () => {
  test('writes the text and a line feed to stdout, and nothing else', async () => {
    const result = await runFake(['run', 'x.gguf', '--prompt', 'hi']);
    expect(result).toMatchObject({ exitCode: 0, stdout: 'You said: hi\n', stderr: '' });
    expect(result.record.loads[0]!.reference).toBe('x.gguf');
    expect(result.record.disposed).toBe(1);
  });

  test('is greedy and bounded by default, and passes every option on', async () => {
    const plain = await runFake(['run', '--prompt', 'hi']);
    expect(plain.record.calls[0]!.options).toMatchObject({ temperature: 0, maxTokens: 256 });
    const words =
      'run --prompt hi --max-tokens 9 --temperature 0.5 --top-k 40 --top-p 0.9 --min-p 0.1 --repetition-penalty 1.1 ' +
      '--frequency-penalty -0.5 --presence-penalty 0.5 --seed 7 --stop a --stop b --typical-p 0.9 --top-n-sigma 2 ' +
      '--xtc-probability 0.5 --xtc-threshold 0.2 --penalty-window -1 --dry-multiplier 0.8 --min-tokens 2 ' +
      '--device webgpu --threads 2 --context-length 512 --exact --no-cache --json --logprobs 1';
    const full = await runFake(words.split(' '));
    expect(full.exitCode).toBe(0);
    const { signal: _, ...options } = full.record.calls[0]!.options;
    expect(options).toEqual({
      ...{ maxTokens: 9, temperature: 0.5, topK: 40, topP: 0.9, minP: 0.1, repetitionPenalty: 1.1 },
      ...{ frequencyPenalty: -0.5, presencePenalty: 0.5, seed: 7, stop: ['a', 'b'], logprobs: 1 },
      ...{ typicalP: 0.9, topNSigma: 2, xtcProbability: 0.5, xtcThreshold: 0.2, penaltyWindow: -1 },
      ...{ dryMultiplier: 0.8, minTokens: 2 },
    });
    expect(full.record.loads[0]!.options).toMatchObject({
      ...{ device: 'webgpu', threads: 2, contextLength: 512, exact: true, cache: false },
    });
  });

  test('--json prints one document', async () => {
    const { stdout, stderr } = await runFake(['run', '--prompt', 'hi', '--json', '--logprobs', '1']);
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    const logprob = (token: number) => ({ token, logprob: -0.5, top: [{ token, logprob: -0.5 }] });
    expect(JSON.parse(stdout)).toEqual({
      model: 'fake-135m',
      device: 'cpu',
      text: 'You said: hi',
      tokens: [0, 1, 2],
      finishReason: 'stop',
      logprobs: [0, 1, 2].map(logprob),
      timings: {
        ...{ loadMs: 5, promptTokens: 3, cachedTokens: 2, promptMs: 10, firstTokenMs: 12 },
        ...{ generatedTokens: 3, generateMs: 20 },
      },
    });
  });

  test('says on stderr why a text ended when the model did not end it', async () => {
    const cut = await runFake(['run', '--prompt', 'hi', '--max-tokens', '1']);
    expect(cut.stdout).toBe('You \n');
    expect(cut.stderr).toContain('stopped after 1 tokens (length)');
    const full = await runFake(['run', '--prompt', 'hi'], { finishReason: 'context-full' });
    expect(full.stderr).toContain('context of 8192 tokens is full');
    const short = await runFake(['run', '--prompt', 'hi', '--context-length', '64'], {
      finishReason: 'context-full',
    });
    expect(short.stderr).toContain('context of 64 tokens is full');
  });

  test('--prompt - reads stdin and drops one final line break', async () => {
    const { record } = await runFake(['run', '--prompt', '-'], { stdin: 'two\nlines\n\n' });
    expect(record.calls[0]!.input).toBe('two\nlines\n');
  });

  test('warns about sampling options that greedy choice ignores', async () => {
    const idle = await runFake(['run', '--prompt', 'hi', '--top-p', '0.5', '--seed', '1']);
    expect(idle.stderr).toContain('--top-p, --seed: no effect at temperature 0');
    const chosen = await runFake(['run', '--prompt', 'hi', '--top-p', '0.5', '--temperature', '0']);
    expect(chosen.stderr).toBe('');
  });

  test.each([
    [['run'], '--prompt: missing'],
    [['run', '--prompt', ''], '--prompt: the text is empty'],
    [['run', '--prompt', '-'], '--prompt: the text is empty'],
    [['run', '--prompt'], "option '--prompt <text>' argument missing"],
    [
      ['run', '--prompt', 'x', '--temperature', 'warm'],
      '--temperature: a number from 0 to 100 expected, got "warm"',
    ],
    [['run', '--prompt', 'x', '--top-p', '0'], '--top-p'],
    [['run', '--prompt', 'x', '--max-tokens', '0'], '--max-tokens'],
    [['run', '--prompt', 'x', '--seed', '-1'], '--seed'],
    [['run', '--prompt', 'x', '--stop', ''], '--stop: the text is empty'],
    [['run', '--prompt', 'x', '--device', 'gpu'], '--device: one of auto, cpu'],
    [['run', '--prompt', 'x', '--logprobs', '2'], '--logprobs: only shown with --json'],
    [['run', '--prompt', 'x', '--frobnicate'], "unknown option '--frobnicate'"],
    [['run', '--prompt=x', 'a.gguf', 'b.gguf'], 'too many arguments'],
    [['--frobnicate'], "unknown option '--frobnicate'"],
    [['tokenize'], "missing required argument 'model'"],
    [['missing.gguf', 'hi'], 'missing.gguf: no such file'],
    [['tokenize', 'bad'], 'not a tokenizer'],
    [['benhc'], 'did you mean bench?'],
  ])('%j fails with "%s"', async (words, message) => {
    const { exitCode, stdout, stderr } = await runFake(words);
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^llamella: /);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('shows the stack on request only', async () => {
    const { stderr } = await runFake(['missing.gguf', 'hi'], { environment: { LLAMELLA_DEBUG: '1' } });
    expect(stderr).toMatch(/^\s+at /m);
  });
});

describe('chat, one answer', () => {
  test('a question on stdin gives the answer and nothing else', async () => {
    const result = await runFake(['chat'], { stdin: 'why?\n' });
    expect(result).toMatchObject({ exitCode: 0, stdout: 'You said: why?\n', stderr: '' });
    const { input, options } = result.record.calls[0]!;
    expect(input).toEqual([{ role: 'user', content: 'why?' }]);
    expect(options).toMatchObject({ temperature: 0.2, topP: 0.9 });
    expect(options.maxTokens).toBeUndefined();
  });

  test('works without naming the command, with options before or after the message', async () => {
    for (const words of [
      ['a question', '--temperature', '0'],
      ['--temperature', '0', 'a question'],
      ['chat', '--temperature', '0', 'smollm2', 'a question'],
    ]) {
      const { stdout, record } = await runFake(words);
      expect(stdout).toBe('You said: a question\n');
      expect(record.calls[0]!.options.temperature).toBe(0);
    }
  });

  test('--system and --json', async () => {
    const { stdout, record } = await runFake(['chat', 'hi', '--system', 'be brief', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      text: 'You said: hi',
      finishReason: 'stop',
      tokens: [0, 1, 2],
    });
    expect(record.calls[0]!.input).toEqual([
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'hi' },
    ]);
  });

  test.each([
    ['', 'message: stdin is empty'],
    ['\n', 'message: stdin is empty'],
    [Uint8Array.of(0x68, 0x69, 0xc3, 0x28), 'stdin at byte 2: not valid UTF-8 text'],
  ])('stdin %j is an error', async (stdin, message) => {
    const { exitCode, stdout, stderr, record } = await runFake(['chat'], { stdin });
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `llamella: ${message}\n`,
    });
    expect(record.loads).toHaveLength(0);
  });

  test('escape sequences of a model reach a pipe but not a terminal', async () => {
    const answer = () => ['\u001b[2Jred\u0007', ' alert\n'];
    expect((await runFake(['chat', 'hi'], { answer })).stdout).toBe('\u001b[2Jred\u0007 alert\n\n');
    expect((await runFake(['chat', 'hi'], { answer, terminal: true })).stdout).toBe('[2Jred alert\n\n');
  });

  test('the progress bar is on a terminal only', async () => {
    expect((await runFake(['chat', 'hi'], { terminal: true })).stderr).toContain('read [####');
    expect((await runFake(['chat', 'hi'])).stderr).toBe('');
  });
});

describe('tokenize', () => {
  test('text to ids, unchanged', async () => {
    expect((await runFake(['tokenize', 'smollm2'], { stdin: 'a\n' })).stdout).toBe('256 97 10\n');
    expect((await runFake(['tokenize', 'x', '--no-special-tokens'], { stdin: 'a' })).stdout).toBe('97\n');
    expect((await runFake(['tokenize', 'x', '--json'], { stdin: 'a' })).stdout).toBe('{"ids":[256,97]}\n');
    expect((await runFake(['tokenize', 'x', '--json', '--no-special-tokens'])).stdout).toBe('{"ids":[]}\n');
  });

  test('ids to text, byte for byte', async () => {
    const decode = async (stdin: string, ...more: string[]) =>
      (await runFake(['tokenize', 'x', '--decode', ...more], { stdin })).stdout;
    expect(await decode('256 97 98\n')).toBe('<s>ab');
    expect(await decode('{"ids":[256,97]}', '--no-special-tokens')).toBe('a');
    expect(await decode('97', '--json')).toBe('{"text":"a"}\n');
    expect((await runFake(['tokenize', 'x', '--decode'], { stdin: '97 257' })).stderr).toContain(
      'entry 2 is "257"; token ids from 0 to 256 expected',
    );
  });
});

test('more threads than processors are allowed, with a warning', async () => {
  const many = await runFake(['run', '--prompt', 'hi', '--threads', '5']);
  expect(many).toMatchObject({ exitCode: 0, record: { loads: [{ options: { threads: 5 } }] } });
  expect(many.stderr).toContain('--threads 5 is more than the 4 processors');
  expect((await runFake(['run', '--prompt', 'hi', '--threads', '4'])).stderr).toBe('');
});

describe('inspect', () => {
  test('fits 60 columns', async () => {
    const { stdout } = await runFake(['inspect'], { terminal: true, columns: 60 });
    const lines = stdout.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(stdout).toContain('Parameters    134.5 M (134515008)');
    expect(stdout).toContain(
      [
        'Type  Tensors       Size  On cpu',
        'Q4_K        2  364.5 KiB  re-gridded, within 0.031 of a',
        "                          row's step: MatMulNBits 8-bit,",
        '                          block 32',
        'Q8_0        1  153.6 KiB  exact: MatMulNBits 8-bit, block 32',
        'F32         1    2.3 KiB  decoded: float32',
        'F32         1       16 B  not a weight of the graph',
      ].join('\n'),
    );
  });

  test('--measure shows the largest error of a group', async () => {
    const { stdout } = await runFake(['inspect', '--measure'], { terminal: true, columns: 100 });
    expect(stdout).toContain("re-gridded, at most 0.031 of a row's step, measured");
  });

  test('--json', async () => {
    const document = JSON.parse((await runFake(['inspect', '--json'])).stdout);
    expect(document).toMatchObject({ architecture: 'llama', weightBytes: 532852, parameters: 134515008 });
    expect(document.tensors).toHaveLength(5);
    expect(document.config.ropeScaling.divisors).toEqual([1, 2.5]);
    expect(document.tensorTypes[0]).toEqual({
      ...{ type: 'Q4_K', tensorCount: 2, weightBytes: 373248 },
      ...{ kind: 're-gridded', bound: 0.03125, runsAs: 'MatMulNBits 8-bit, block 32' },
    });
  });
});

describe('convert', () => {
  test('passes on what was asked, and shows what became of the weights', async () => {
    const words = ['convert', 'smollm2', 'out.gguf', '--type', 'q8_0', '--force'];
    const { stdout, stderr, record } = await runFake(words);
    expect(stderr).toBe('');
    expect(record.conversions).toMatchObject([
      { reference: 'smollm2', out: 'out.gguf', options: { type: 'Q8_0', overwrite: true } },
    ]);
    expect(record.conversions[0]!.options).not.toHaveProperty('to');
    expect(stdout).toContain('To     gguf, 4.0 KiB');
    expect(stdout).toMatch(/Q4_K to Q8_0 +2 {2}re-encoded, 0\.61% off at most/);
    expect(stdout).toMatch(/F32 +1 {2}exact/);
  });

  test('--json prints the report, and same is no type', async () => {
    const words = [
      'convert',
      'a',
      'folder',
      '--to',
      'genai',
      '--type',
      'same',
      '--context-length',
      '64',
      '--json',
    ];
    const { stdout, record } = await runFake(words);
    expect(JSON.parse(stdout)).toMatchObject({ to: 'gguf', bytes: 4096, tensors: [{ tensor: 'a' }, {}, {}] });
    const { options } = record.conversions[0]!;
    expect(options).toMatchObject({ to: 'genai', contextLength: 64 });
    expect(options).not.toHaveProperty('type');
    expect(options).not.toHaveProperty('overwrite');
  });

  test('rejects other containers', async () => {
    const { exitCode, stderr } = await runFake(['convert', 'a', 'b', '--to', 'onnx']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('--to: one of gguf, safetensors, genai expected, got "onnx"');
  });

  test('needs to know the container where the name does not say it', async () => {
    const { exitCode, stderr } = await runFake(['convert', 'a', 'b']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('--to: say what "b" is to be: gguf, safetensors or genai');
  });
});

describe('bench', () => {
  test('measures each run on a prompt of its own', async () => {
    const words = ['bench', '--prompt-tokens', '50', '--generate', '5', '--repeat', '2', '--json'];
    const { stdout, record } = await runFake(words);
    const [warmUp, first, second] = record.calls;
    expect(record.calls).toHaveLength(3);
    expect(warmUp!.input).toHaveLength(32);
    expect(first!.input).toHaveLength(50);
    expect((first!.input as Uint32Array)[0]).not.toBe((second!.input as Uint32Array)[0]);
    expect(first!.options).toMatchObject({ maxTokens: 5, temperature: 0, ignoreEndOfGeneration: true });
    const rate = (value: number) => ({ median: value, min: value, max: value });
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ model: 'fake-135m', promptTokens: 50, generatedTokens: 5, repeat: 2, loadMs: 5 },
      prefillTokensPerSecond: rate(4800),
      decodeTokensPerSecond: rate(200),
      ...{ residentBytes: 1000, peakResidentBytes: 2000 },
    });
  });

  test('rejects what does not fit the context', async () => {
    const { exitCode, stderr } = await runFake(['bench'], { contextLength: 512 });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('512 + --generate 64 do not fit the context of 512 tokens');
    expect((await runFake(['bench', '--generate', '1'])).stderr).toContain('--generate');
  });
});

describe('help', () => {
  test.each(['chat', 'run', 'tokenize', 'inspect', 'convert', 'bench'])('%s --help', async (command) => {
    const { exitCode, stdout, stderr, record } = await runFake([command, '--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`Usage: llamella ${command}`);
    expect(stdout).toContain('--json');
    expect(record.loads).toHaveLength(0);
  });

  test('--help fits 60 columns; --version is a version', async () => {
    const { stdout } = await runFake(['--help'], { terminal: true, columns: 60 });
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    expect((await runFake(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });
});
