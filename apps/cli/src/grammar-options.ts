import { readFile } from 'node:fs/promises';
import { InvalidArgumentError, InvalidFileError, type TokenGrammar } from '@llamella/spec';
import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { LoadedModel } from './llamella.ts';

/** Values of the options that `addGrammarOptions` declares. */
export interface GrammarFlags {
  jsonSchema?: string;
  regex?: string;
  grammar?: string;
}

/** Compiles what was asked for, once there is a model. */
export type CompileGrammar = (model: LoadedModel) => TokenGrammar;

/** Declares the options that say what the answer has to look like. */
export function addGrammarOptions(command: Command): Command {
  return command
    .option('--json-schema <schema>', 'answer with JSON that is valid under this schema: a file, or the JSON')
    .option('--regex <pattern>', 'answer with a text that this expression matches')
    .option('--grammar <file>', 'answer with a text of this grammar in GBNF');
}

/**
 * Reads what the flags name, before the model is loaded.
 *
 * @returns `undefined` when there is no such flag
 * @throws {InvalidArgumentError} for two flags at once, and for a schema that is not JSON
 * @throws {InvalidFileError} when a file cannot be read
 */
export async function readGrammar(
  flags: GrammarFlags,
  context: CommandContext,
): Promise<CompileGrammar | undefined> {
  const { jsonSchema, regex, grammar } = flags;
  if ([jsonSchema, regex, grammar].filter((flag) => flag !== undefined).length > 1)
    throw new InvalidArgumentError('--json-schema, --regex, --grammar', 'give only one of them');
  const { signal } = context.interruption;
  if (jsonSchema !== undefined) {
    const isInline = /^\s*[{]|^(true|false)$/.test(jsonSchema);
    const text = isInline ? jsonSchema : await readText(jsonSchema, signal);
    const schema = parseJson(text, isInline ? '--json-schema' : jsonSchema);
    return ({ grammars }) => grammars.compileJsonSchema(schema, { maxWhitespace: 1 });
  }
  if (regex !== undefined) return ({ grammars }) => grammars.compileRegex(regex);
  if (grammar === undefined) return undefined;
  const text = await readText(grammar, signal);
  return ({ grammars }) => grammars.compileGrammar(text);
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidArgumentError(name, `is not JSON: ${(cause as Error).message}`, { cause });
  }
}

function readText(path: string, signal: AbortSignal): Promise<string> {
  return readFile(path, { encoding: 'utf8', signal }).catch((cause: Error) => {
    signal.throwIfAborted();
    throw new InvalidFileError({ file: path }, `cannot be read: ${cause.message}`, { cause });
  });
}
