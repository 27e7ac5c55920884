import { parse, tokenize } from '@huggingface/jinja';
import type { Node } from './engine.ts';
import { templateError, wrapTemplateError } from './template-error.ts';

/** The engine's lexer takes time with the square of such a run. */
const LONGEST_WHITESPACE = 1024;

/** Reads a template. @throws {LlamellaError} `template` when it is not valid */
export function compile(source: string, name: string): Node {
  for (const { 0: run, index } of source.matchAll(/\s+/g)) {
    if (run.length > LONGEST_WHITESPACE)
      throw templateError(
        name,
        `has ${run.length} characters of white space at ${index}, more than ${LONGEST_WHITESPACE}`,
      );
  }
  try {
    return parse(tokenize(source, { trim_blocks: true, lstrip_blocks: true })) as unknown as Node;
  } catch (error) {
    throw wrapTemplateError(name, 'not a valid Jinja template', error);
  }
}
