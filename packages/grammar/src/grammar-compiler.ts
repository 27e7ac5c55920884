import {
  dispose,
  InvalidArgumentError,
  LlamellaError,
  type TokenGrammar,
  UnsupportedError,
} from '@llamella/spec';
import { GrammarFault, prepare } from './analysis.ts';
import { CompiledGrammar } from './compiled-grammar.ts';
import { nodeOfDfa, TooLarge } from './dfa.ts';
import { dfaOfNode } from './dfa-of-node.ts';
import type { Node } from './grammar-node.ts';
import { parseGrammar } from './grammar-text.ts';
import { jsonSyntax } from './json-text.ts';
import { parseRegex } from './regex.ts';
import { RegexFault } from './regex-error.ts';
import { type SchemaOptions, schemaNode } from './schema/schema-node.ts';
import { anchored, holdsAssertion } from './schema/string-constraint.ts';
import { type StructuralFormat, type StructuralTag, structuralNode } from './structural-tag.ts';
import { type TokenVocabulary, Vocabulary } from './vocabulary.ts';

/** What a compiler keeps. */
export interface CompilerOptions {
  /** Most compiled grammars kept for being asked for again; the least recently used is dropped. Default 32. */
  readonly cacheSize?: number;
}

/** How a grammar's text is read. */
export interface GrammarTextOptions {
  /** `gbnf`: llama.cpp's notation; `ebnf`: XGrammar's. Default `gbnf`. */
  readonly syntax?: 'gbnf' | 'ebnf';
  /** Name of the rule that the whole text has to match. Default `root`. */
  readonly root?: string;
}

/** Makes grammars over one vocabulary. A grammar is disposed by whoever asked for it; the compiler keeps its own. */
export interface GrammarCompiler extends Disposable {
  /** Number of ids that the masks cover. */
  readonly vocabularySize: number;
  /**
   * JSON that is valid under a schema of draft 2020-12.
   *
   * @throws {InvalidArgumentError} when the schema is damaged, naming the place
   * @throws {UnsupportedError} naming the keyword and its JSON pointer; nothing is ignored silently
   */
  compileJsonSchema(schema: unknown, options?: SchemaOptions): TokenGrammar;
  /** Any JSON value. */
  compileJson(options?: Pick<SchemaOptions, 'maxWhitespace'>): TokenGrammar;
  /**
   * Texts that an ECMA-262 regular expression matches from beginning to end.
   *
   * @param flags any of `i`, `s`, `u`; Unicode is always on
   */
  compileRegex(pattern: string, flags?: string): TokenGrammar;
  /** @throws {InvalidArgumentError} naming the line and column */
  compileGrammar(text: string, options?: GrammarTextOptions): TokenGrammar;
  /** Free text with marked parts, such as tool calls; schemas in it follow `options`. */
  compileStructuralTag(tag: StructuralTag | StructuralFormat, options?: SchemaOptions): TokenGrammar;
}

/**
 * Reads a vocabulary (some tenths of a second for 128,256 tokens) so that grammars can be compiled for it.
 *
 * @throws {InvalidArgumentError} when the vocabulary or an option cannot be used
 */
export function createGrammarCompiler(
  vocabulary: TokenVocabulary,
  options: CompilerOptions = {},
): GrammarCompiler {
  return new Compiler(new Vocabulary(vocabulary), count(options.cacheSize ?? 32, 'cacheSize', 1_000_000));
}

class Compiler implements GrammarCompiler {
  readonly vocabularySize: number;
  #vocabulary: Vocabulary | undefined;
  readonly #cacheSize: number;
  readonly #cache = new Map<string, CompiledGrammar>();

  constructor(vocabulary: Vocabulary, cacheSize: number) {
    this.vocabularySize = vocabulary.size;
    this.#vocabulary = vocabulary;
    this.#cacheSize = cacheSize;
  }

  compileJsonSchema(schema: unknown, options?: SchemaOptions): TokenGrammar {
    const full = schemaOptions(options);
    return this.#compile(
      'schema',
      ['schema', plain(schema, 'schema'), full],
      (copy) => schemaNode(copy, full),
      schema,
    );
  }

  compileJson(options: Pick<SchemaOptions, 'maxWhitespace'> = {}): TokenGrammar {
    const { maxWhitespace } = schemaOptions(options);
    return this.#compile('json', ['json', maxWhitespace], () => jsonSyntax(maxWhitespace).value);
  }

  compileRegex(pattern: string, flags = ''): TokenGrammar {
    return this.#compile('pattern', ['regex', text(pattern, 'pattern'), text(flags, 'flags')], () =>
      regexNode(pattern, flags),
    );
  }

  compileGrammar(source: string, { syntax = 'gbnf', root = 'root' }: GrammarTextOptions = {}): TokenGrammar {
    if (syntax !== 'gbnf' && syntax !== 'ebnf')
      throw new InvalidArgumentError('syntax', 'must be gbnf or ebnf');
    return this.#compile('grammar', ['grammar', text(source, 'grammar'), syntax, text(root, 'root')], () =>
      parseGrammar(source, syntax, root, this.vocabularySize),
    );
  }

  compileStructuralTag(tag: StructuralTag | StructuralFormat, options?: SchemaOptions): TokenGrammar {
    const full = schemaOptions(options);
    return this.#compile('tag', ['tag', plain(tag, 'tag'), full], () =>
      structuralNode(tag, {
        schema: (schema) => schemaNode(schema, full),
        regex: (pattern) => regexNode(pattern, ''),
        grammar: (source) => parseGrammar(source, 'ebnf', 'root', this.vocabularySize),
      }),
    );
  }

  [dispose](): void {
    this.#vocabulary = undefined;
    this.#cache.clear();
  }

  #compile(
    argument: string,
    key: readonly unknown[],
    build: (value: unknown) => Node,
    value?: unknown,
  ): TokenGrammar {
    if (this.#vocabulary === undefined)
      throw new LlamellaError('disposed', 'The grammar compiler was disposed');
    const name = JSON.stringify(key);
    let grammar = this.#cache.get(name);
    if (grammar === undefined) {
      grammar = new CompiledGrammar(
        checked(argument, () => build(value)),
        this.#vocabulary,
      );
    } else this.#cache.delete(name);
    this.#cache.set(name, grammar);
    if (this.#cache.size > this.#cacheSize) this.#cache.delete(this.#cache.keys().next().value!);
    return new SharedGrammar(grammar);
  }
}

/** A handle of a grammar that the cache may hold too. */
class SharedGrammar implements TokenGrammar {
  readonly vocabularySize: number;
  #grammar: CompiledGrammar | undefined;

  constructor(grammar: CompiledGrammar) {
    this.#grammar = grammar;
    this.vocabularySize = grammar.vocabularySize;
  }

  createConstraint() {
    if (this.#grammar === undefined) throw new LlamellaError('disposed', 'The grammar was disposed');
    return this.#grammar.createConstraint();
  }

  [dispose](): void {
    this.#grammar = undefined;
  }
}

/** Builds and checks a grammar; every failure becomes an error that names the argument. */
function checked(argument: string, build: () => Node): Node {
  try {
    const node = build();
    prepare(node);
    return node;
  } catch (error) {
    if (error instanceof GrammarFault) throw new InvalidArgumentError(argument, error.message);
    if (error instanceof TooLarge)
      throw new UnsupportedError(
        `A ${argument} whose automaton is this large`,
        'use fewer or smaller repetitions',
        { cause: error },
      );
    if (error instanceof RegexFault) {
      if (error.unsupported)
        throw new UnsupportedError(`In a ${argument}, ${error.message}`, 'write it without');
      throw new InvalidArgumentError(argument, error.message);
    }
    throw error instanceof RangeError ? tooDeep(argument, error) : error;
  }
}

const tooDeep = (argument: string, cause: Error): Error =>
  new UnsupportedError(`A ${argument} nested this deep`, 'make it flatter', { cause });

function regexNode(pattern: string, flags: string): Node {
  const node = parseRegex(pattern, flags);
  const inner = anchored(node) ?? node;
  return holdsAssertion(inner) ? nodeOfDfa(dfaOfNode(inner, false)) : inner;
}

function schemaOptions({
  maxWhitespace = 20,
  propertyOrder = 'declared',
  ignoreKeywords = [],
}: SchemaOptions = {}): Required<SchemaOptions> {
  if (propertyOrder !== 'declared' && propertyOrder !== 'any')
    throw new InvalidArgumentError('propertyOrder', 'must be declared or any');
  return { maxWhitespace: count(maxWhitespace, 'maxWhitespace', 10_000), propertyOrder, ignoreKeywords };
}

function count(value: number, argument: string, most: number): number {
  if (!Number.isInteger(value) || value < 0 || value > most)
    throw new InvalidArgumentError(argument, `must be a whole number from 0 to ${most}`);
  return value;
}

function text(value: unknown, argument: string): string {
  if (typeof value !== 'string') throw new InvalidArgumentError(argument, 'must be a string');
  return value;
}

/** The value's JSON, which is the key of the cache. */
function plain(value: unknown, argument: string): string {
  try {
    const json = JSON.stringify(value) as string | undefined;
    if (json !== undefined) return json;
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(argument, error);
    throw new InvalidArgumentError(argument, `is not plain JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
  throw new InvalidArgumentError(argument, 'is not plain JSON');
}
