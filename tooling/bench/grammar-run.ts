import { readdirSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { ChatMessage, FinishReason, LoadedModel, TokenGrammar } from 'llamella';

/** A schema of the tests of @llamella/grammar. */
export interface GrammarSchema {
  readonly name: string;
  readonly schema: object;
}

/** How a text is generated. */
export interface GrammarSetting {
  readonly temperature: number;
  readonly seed: number;
  readonly maxTokens: number;
}

/** One constrained generation. */
export interface GrammarRecord extends GrammarSetting {
  readonly name: string;
  readonly text: string;
  readonly tokens: number;
  readonly finishReason: FinishReason;
  /** Why the text is not valid, if it is not. */
  readonly fault?: string;
  readonly compileMs: number;
  /** All that the grammar did while tokens were generated: masks, taking tokens, looking for certain ones. */
  readonly grammarMs: number;
  /** The longest mask. */
  readonly worstMaskMs: number;
  readonly generateMs: number;
}

const folder = new URL('../../packages/grammar/test/fixtures/schemas/', import.meta.url);

export const readGrammarSchemas = (): GrammarSchema[] =>
  readdirSync(folder)
    .sort()
    .map((file) => {
      const { schema } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { schema: object };
      return { name: file.slice(0, -'.json'.length), schema };
    });

const promptOf = ({ name, schema }: GrammarSchema): ChatMessage[] => {
  const { title, description } = schema as { title?: string; description?: string };
  return [{ role: 'user', content: `Write JSON for: ${description ?? title ?? name.replaceAll('-', ' ')}` }];
};

/** Generates a text under a schema and checks it. */
export async function runConstrained(
  model: LoadedModel,
  schema: GrammarSchema,
  setting: GrammarSetting,
): Promise<GrammarRecord> {
  const before = performance.now();
  using compiled = model.grammars.compileJsonSchema(schema.schema, { maxWhitespace: 1 });
  const compileMs = performance.now() - before;
  const times = { total: 0, worstMask: 0 };
  let text = '';
  for await (const part of model.chat(promptOf(schema), { grammar: timed(compiled, times), ...setting })) {
    text += part.text;
    if (part.finishReason === undefined) continue;
    const fault = faultOf(schema.schema, text);
    return {
      name: schema.name,
      ...setting,
      text,
      tokens: part.timings!.generatedTokens,
      finishReason: part.finishReason,
      ...(fault !== undefined && { fault }),
      compileMs,
      grammarMs: times.total,
      worstMaskMs: times.worstMask,
      generateMs: part.timings!.generateMs,
    };
  }
  throw new Error(`${schema.name}: the stream ended without a last part`);
}

/** Tokens per second for the same prompt when nothing is constrained. */
export async function runFree(model: LoadedModel, schema: GrammarSchema, maxTokens: number): Promise<number> {
  const options = { temperature: 0, maxTokens, ignoreEndOfGeneration: true };
  for await (const { timings } of model.chat(promptOf(schema), options))
    if (timings) return ((timings.generatedTokens - 1) / timings.generateMs) * 1000;
  throw new Error(`${schema.name}: the stream ended without a last part`);
}

function faultOf(schema: object, text: string): string | undefined {
  const ajv = new Ajv2020({ strict: false, multipleOfPrecision: 9 });
  addFormats.default(ajv);
  try {
    return ajv.validate(schema, JSON.parse(text)) ? undefined : ajv.errorsText();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The same grammar, with a clock on what it does. */
function timed(grammar: TokenGrammar, times: { total: number; worstMask: number }): TokenGrammar {
  const clock = <T>(work: () => T, isMask = false): T => {
    const before = performance.now();
    const result = work();
    const taken = performance.now() - before;
    times.total += taken;
    if (isMask) times.worstMask = Math.max(times.worstMask, taken);
    return result;
  };
  return {
    vocabularySize: grammar.vocabularySize,
    createConstraint: () => {
      const inner = clock(() => grammar.createConstraint());
      return {
        vocabularySize: inner.vocabularySize,
        get finished() {
          return inner.finished;
        },
        get completionLength() {
          return inner.completionLength;
        },
        fillMask: (mask, limit) => clock(() => inner.fillMask(mask, limit), true),
        accept: (token) => clock(() => inner.accept(token)),
        rollback: (count) => clock(() => inner.rollback(count)),
        forcedTokens: (limit) => clock(() => inner.forcedTokens(limit)),
        [Symbol.dispose]: () => inner[Symbol.dispose](),
      };
    },
    [Symbol.dispose]: () => {},
  };
}
