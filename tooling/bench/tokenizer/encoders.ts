import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Contender, LibraryName, VocabularyName } from './contenders.ts';

export interface Encoder {
  encode(text: string): ArrayLike<number>;
}

/** A library that was imported. Times are taken around these two functions. */
export interface Library {
  /** Whether its vocabulary came with the import. */
  readonly builtIn?: true;
  /** Parses the text of the vocabulary's file; absent where the library takes the text. */
  parse?(text: string): unknown;
  /** Makes the encoder from what `parse` gave, or from the text. */
  load(vocabulary: unknown): Encoder;
}

/** Imports a library. Nothing of a vocabulary is read yet, except where a library has it built in. */
export async function importLibrary(
  { library, vocabulary }: Contender,
  peers: string,
  configPath: string,
): Promise<Library> {
  const isRanks = vocabulary !== 'llama-3.1';
  if (library === 'llamella') return isRanks ? llamellaOfRanks(vocabulary) : llamella(configPath);
  const peer = (path: string) => import(pathToFileURL(join(peers, 'node_modules', path)).href);
  if (library === '@huggingface/tokenizers') {
    const { Tokenizer } = (await peer('@huggingface/tokenizers/dist/tokenizers.mjs')) as HuggingFace;
    const config = JSON.parse(readFileSync(configPath, 'utf8')) as object;
    const encoderOf = (parsed: unknown): Encoder => {
      const tokenizer = new Tokenizer(parsed, config);
      return { encode: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids };
    };
    return { parse: JSON.parse, load: encoderOf };
  }
  if (library === 'gpt-tokenizer') {
    const module = (await peer(`gpt-tokenizer/esm/encoding/${vocabulary}_base.js`)) as Encoder;
    return { builtIn: true, load: () => module };
  }
  if (library === 'js-tiktoken') {
    const { Tiktoken } = (await peer('js-tiktoken/dist/lite.js')) as JsTiktoken;
    const { default: ranks } = (await peer(`js-tiktoken/dist/ranks/${vocabulary}_base.js`)) as {
      default: object;
    };
    return { builtIn: true, load: () => new Tiktoken(ranks) };
  }
  throw new Error(`${library} does not run in Node`);
}

/** Whether a library is a Python package, measured by `child.py`. */
export function runsInPython(library: LibraryName): boolean {
  return library === 'tokenizers (Rust)';
}

interface HuggingFace {
  readonly Tokenizer: new (
    json: unknown,
    config: unknown,
  ) => { encode(text: string, options: object): { readonly ids: number[] } };
}

interface JsTiktoken {
  readonly Tiktoken: new (ranks: object) => Encoder;
}

async function llamella(configPath: string): Promise<Library> {
  const { tokenizerFromJson } = await import('@llamella/tokenizer');
  const config = JSON.parse(readFileSync(configPath, 'utf8')) as Record<string, unknown>;
  const encoderOf = (parsed: unknown): Encoder => {
    const tokenizer = tokenizerFromJson(parsed, config);
    return { encode: (text) => tokenizer.encode(text, { addSpecialTokens: false }) };
  };
  return { parse: JSON.parse, load: encoderOf };
}

/** `tokenizerFromTiktoken` takes the text of a `.tiktoken` file and the name of its encoding. */
async function llamellaOfRanks(vocabulary: VocabularyName): Promise<Library> {
  const { tokenizerFromTiktoken } = await import('@llamella/tokenizer');
  return {
    load(text) {
      const tokenizer = tokenizerFromTiktoken(text as string, { pattern: `${vocabulary}_base` });
      return { encode: (input) => tokenizer.encode(input, { addSpecialTokens: false }) };
    },
  };
}
