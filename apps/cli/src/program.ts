import { InvalidArgumentError, LlamellaError } from '@llamella/spec';
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import type { CommandContext } from './command-context.ts';
import type { BenchFlags } from './commands/bench.ts';
import type { ChatFlags } from './commands/chat.ts';
import type { ConvertFlags } from './commands/convert.ts';
import type { InspectFlags } from './commands/inspect.ts';
import type { ListFlags } from './commands/list.ts';
import type { PullFlags } from './commands/pull.ts';
import type { RemoveFlags } from './commands/remove.ts';
import type { RunFlags } from './commands/run.ts';
import type { TokenizeFlags } from './commands/tokenize.ts';
import { chatDefaults, runDefaults } from './defaults.ts';
import { addGenerationOptions } from './generation-options.ts';
import { addGrammarOptions } from './grammar-options.ts';
import type { ConvertFormat } from './llamella.ts';
import { addDeviceOptions, addLoadOptions } from './load-options.ts';
import { parseNumber } from './parse-number.ts';
import { findSimilarCommand } from './similar-command.ts';
import { layoutWidth, wrapWords } from './table.ts';

const modelHelp =
  'nothing or smollm2 (the model that comes along), a .gguf file, a folder with one, with safetensors, or with a ' +
  'model for ONNX Runtime GenAI, hf:owner/repo[:quantization] or a URL';
const referenceHelp =
  'hf:owner/repo[@revision][:file-or-quantization] or a URL. The cache is the one of the Hugging Face Hub; ' +
  'HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE and HTTPS_PROXY are read';

const containers: readonly ConvertFormat[] = ['gguf', 'safetensors', 'genai'];

/** Declares the commands. Each one's code is imported when it runs. */
export function createProgram(words: readonly string[], context: CommandContext): Command {
  const program = new Command('llamella');
  const helpWidth = layoutWidth(context.stdout);
  const paragraphs = (...texts: string[]) =>
    texts.map((text) => `\n${wrapWords(text, helpWidth).join('\n')}`).join('\n');
  program
    .description(manifest.description)
    .version(manifest.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      outputError: () => {},
      getOutHelpWidth: () => helpWidth,
      getErrHelpWidth: () => helpWidth,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .configureHelp({
      minWidthToWrap: 16,
      subcommandTerm: (command) => `${command.name()} ${command.usage().replace('[options]', '').trim()}`,
    })
    .addHelpText('after', paragraphs('Without a command: chat. A message of several words goes in quotes.'));

  const chat = program
    .command('chat [model] [message]', { isDefault: true })
    .description('answer one message, or talk when there is none')
    .option('--system <text>', 'instructions to the model');
  addLoadOptions(addGrammarOptions(addGenerationOptions(chat, chatDefaults)))
    .option('--json', 'print one JSON document')
    .allowExcessArguments()
    .addHelpText(
      'after',
      paragraphs(
        `Model: ${modelHelp}.`,
        'A single argument is the model when it is smollm2, starts with hf:, http: or https:, ends in .gguf, or is ' +
          'an existing path; otherwise it is the message.',
        'Without a message, a terminal opens a conversation; a pipe is read as the message, and only the answer ' +
          'is written to stdout.',
      ),
    )
    .action(async (_model, _message, flags: ChatFlags, command: Command) => {
      const similar = words.length === 1 && findSimilarCommand(words[0]!, commandNames(program));
      if (similar)
        throw new LlamellaError(
          'invalid-argument',
          `unknown command "${words[0]}"; did you mean ${similar}? To send it as a message: llamella chat ${words[0]}`,
        );
      await (await import('./commands/chat.ts')).chat(command.args, flags, context);
    });

  const run = program
    .command('run [model]')
    .description('continue a text, without a chat template')
    .option('--prompt <text>', 'text to continue; "-" reads stdin');
  addLoadOptions(addGrammarOptions(addGenerationOptions(run, runDefaults)))
    .option('--logprobs <number>', 'with --json: log probabilities of the N likeliest tokens', (text) =>
      parseNumber('--logprobs', text, { integer: true, min: 0, max: 2 ** 31 - 1 }),
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', paragraphs(`Model: ${modelHelp}.`))
    .action(async (model: string | undefined, flags: RunFlags) => {
      await (await import('./commands/run.ts')).run(model, flags, context);
    });

  program
    .command('tokenize <model>')
    .description('text on stdin to token ids')
    .option('--no-special-tokens', 'without tokens such as BOS; with --decode: without their text')
    .option('--decode', 'token ids on stdin to text')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      paragraphs(
        'Model: smollm2, a GGUF file, a tokenizer.json, a tokenizer.model, a rank file such as cl100k_base.tiktoken, ' +
          'or a folder with one of them. stdin is taken as it is.',
      ),
    )
    .action(async (model: string, flags: TokenizeFlags) => {
      await (await import('./commands/tokenize.ts')).tokenize(model, flags, context);
    });

  addDeviceOptions(program.command('inspect [model]'))
    .description('what is in a model, and how it will run here')
    .option('--measure', 'read the weights and measure the error of those that are put on another grid')
    .option('--json', 'print one JSON document')
    .addHelpText('after', paragraphs(`Model: ${modelHelp}.`))
    .action(async (model: string | undefined, flags: InspectFlags) => {
      await (await import('./commands/inspect.ts')).inspect(model, flags, context);
    });

  program
    .command('convert <model> <out>')
    .description('write a model in another container or with other weights')
    .option(
      '--to <container>',
      'gguf, safetensors or genai (default: gguf where OUT ends in .gguf)',
      parseContainer,
    )
    .option(
      '--type <type>',
      'of the weights: F32, F16, BF16, Q8_0, Q6_K, Q4_K, … (default: as they are stored)',
    )
    .option(
      '--context-length <number>',
      'with genai: longest sequence in tokens',
      countOption('--context-length', 1),
    )
    .option('--force', 'replace what is there')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      paragraphs(
        `Model: ${modelHelp}.`,
        'OUT: a file that ends in .gguf, a folder in the form of transformers (safetensors), or one that ONNX ' +
          'Runtime GenAI runs (genai).',
        'What cannot be stored as asked is stored in the nearest type that can, and the report says so. Norms and ' +
          'biases stay in float32; the output projection gets at least Q6_K.',
      ),
    )
    .action(async (model: string, out: string, flags: ConvertFlags) => {
      await (await import('./commands/convert.ts')).convert(model, out, flags, context);
    });

  addLoadOptions(program.command('bench [model]'))
    .description('speed, load time and memory')
    .option('--prompt-tokens <number>', 'length of the prompt', countOption('--prompt-tokens', 1), 512)
    .option('--generate <number>', 'tokens to generate', countOption('--generate', 2), 64)
    .option('--repeat <number>', 'measured runs', countOption('--repeat', 1), 3)
    .option('--json', 'print one JSON document')
    .addHelpText('after', paragraphs(`Model: ${modelHelp}.`))
    .action(async (model: string | undefined, flags: BenchFlags) => {
      await (await import('./commands/bench.ts')).bench(model, flags, context);
    });

  program
    .command('pull <model>')
    .description('download a model, or what is new of it')
    .option('--connections <number>', 'requests at the same time (default: 8)', (text) =>
      parseNumber('--connections', text, { integer: true, min: 1, max: 64 }),
    )
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      paragraphs(
        `Model: ${referenceHelp}.`,
        'Without a quantization, the one that fits the memory of this machine. What was interrupted goes on where it ' +
          'stopped. Prints the path.',
      ),
    )
    .action(async (model: string, flags: PullFlags) => {
      await (await import('./commands/pull.ts')).pull(model, flags, context);
    });

  program
    .command('list')
    .description('models in the cache: size, type, last use')
    .option('--json', 'print one JSON document')
    .action(async (flags: ListFlags) => {
      await (await import('./commands/list.ts')).list(flags, context);
    });

  program
    .command('remove <model>')
    .description('remove a model from the cache, without asking')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      paragraphs(`Model: ${referenceHelp}.`, 'Without a quantization or file: all of it.'),
    )
    .action(async (model: string, flags: RemoveFlags) => {
      await (await import('./commands/remove.ts')).remove(model, flags, context);
    });
  return program;
}

function countOption(option: string, min: number): (text: string) => number {
  return (text) => parseNumber(option, text, { integer: true, min, max: 1_000_000 });
}

function parseContainer(text: string): ConvertFormat {
  const container = containers.find((name) => name === text);
  if (container) return container;
  throw new InvalidArgumentError('--to', `one of ${containers.join(', ')} expected, got "${text}"`);
}

function commandNames(program: Command): string[] {
  return program.commands.map((command) => command.name());
}
