import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LlamellaError } from '@llamella/spec';
import { byteCompiler, matches } from './byte-vocabulary.ts';

const shared =
  process.env.LLAMELLA_SHARED_DATA ?? fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
export const sharedData = shared;
export const grammarData = `${shared}/grammar`;
export const suiteFolder = `${grammarData}/JSON-Schema-Test-Suite/tests/draft2020-12`;
export const suiteExists = existsSync(suiteFolder);

/** Of one keyword: cases whose schema was compiled, those that came out otherwise, and those that were refused. */
export interface KeywordResult {
  keyword: string;
  valid: number;
  invalid: number;
  wrong: string[];
  narrower: string[];
  refused: number;
  reasons: string[];
}

interface Group {
  readonly description: string;
  readonly schema: unknown;
  readonly tests: readonly {
    readonly description: string;
    readonly data: unknown;
    readonly valid: boolean;
  }[];
}

/** Runs the cases of every file of the suite, or of its formats. */
export function runSuite(folder = suiteFolder): KeywordResult[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => runFile(`${folder}/${file}`, file.slice(0, -5)));
}

function runFile(path: string, keyword: string): KeywordResult {
  const groups = JSON.parse(readFileSync(path, 'utf8')) as Group[];
  const result: KeywordResult = {
    keyword,
    valid: 0,
    invalid: 0,
    wrong: [],
    narrower: [],
    refused: 0,
    reasons: [],
  };
  using compiler = byteCompiler();
  for (const { description, schema, tests } of groups) {
    try {
      using grammar = compiler.compileJsonSchema(schema, { maxWhitespace: 0, propertyOrder: 'any' });
      for (const test of tests) {
        const text = JSON.stringify(test.data);
        const found = matches(grammar, text);
        const name = `${description} / ${test.description}: ${text.slice(0, 80)}`;
        if (found === test.valid) result[test.valid ? 'valid' : 'invalid']++;
        else if (found) result.wrong.push(name);
        else result.narrower.push(name);
      }
    } catch (error) {
      if (!LlamellaError.isInstance(error)) throw new Error(`${keyword}: ${description}`, { cause: error });
      // A schema that nothing can meet rejects every case rightly, at once.
      if (error.message.includes('no text can ever match') && tests.every(({ valid }) => !valid)) {
        result.invalid += tests.length;
        continue;
      }
      result.refused += tests.length;
      result.reasons.push(`${description}: ${error.message}`);
    }
  }
  return result;
}
