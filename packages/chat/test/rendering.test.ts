import { createHash } from 'node:crypto';
import { type ChatMessage, LlamellaError } from '@llamella/spec';
import { describe, expect, it } from 'vitest';
import { createChatTemplate } from '../src/index.ts';
import { fixture, golden, referenceCases, skipReason } from './shared-data.ts';

interface GoldenCase {
  readonly name: string;
  readonly messages: ChatMessage[];
  readonly addGenerationPrompt: boolean;
  readonly variables?: Record<string, unknown>;
  readonly expected: string;
}

/** What is known to differ from transformers, by the kind of difference. */
const GAPS = golden<{
  features: readonly string[];
  expressions: Record<string, readonly string[]>;
  templates: Record<string, readonly string[]>;
}>('gaps.json');
const gapsOf = (kinds: Record<string, readonly string[]>) => new Set(Object.values(kinds).flat());
const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

describe('SmolLM2, as transformers renders it', () => {
  const template = createChatTemplate(fixture('smollm2.jinja'), {
    bosToken: '<|im_start|>',
    eosToken: '<|im_end|>',
  });
  it.each(golden<GoldenCase[]>('smollm2.golden.json'))(
    '$name',
    ({ messages, addGenerationPrompt, expected }) => {
      expect(template.render(messages, { addGenerationPrompt })).toBe(expected);
    },
  );
});

describe('features of templates, as transformers renders them', () => {
  interface Feature {
    readonly name: string;
    readonly template: string;
    readonly tools: unknown[] | null;
    readonly expected: string;
  }
  const { messages, cases } = golden<{ messages: ChatMessage[]; cases: Feature[] }>('features.golden.json');

  it.each(cases)('$name', ({ name, template, tools, expected }) => {
    const render = () =>
      createChatTemplate(template, { bosToken: '<s>', eosToken: '</s>' }).render(messages, {
        variables: { tools },
      });
    if (GAPS.features.includes(name)) expect(render).toThrow(/not a valid Jinja template/);
    else expect(render()).toBe(expected);
  });
});

describe('expressions and blocks, as transformers renders them', () => {
  const { variables, cases } = golden<{
    variables: Record<string, unknown>;
    cases: [template: string, expected: string | null][];
  }>('expressions.golden.json');

  it('are many', () => expect(cases.length).toBeGreaterThan(900));
  const known = gapsOf(GAPS.expressions);

  it.each(cases)('%s', (source, expected) => {
    let text: string | null = null;
    try {
      text = createChatTemplate(source).render([{ role: 'user', content: 'Hi 🦙' }], {
        addGenerationPrompt: false,
        variables,
      });
    } catch (error) {
      expect(LlamellaError.isInstance(error) && error.message).toMatch(/^chat template: /);
    }
    // A gap that was closed has to leave the list.
    if (known.has(source)) expect(text).not.toBe(expected);
    else expect(text).toBe(expected);
  });

  it('no gap is listed that is not tried', () => {
    const sources = new Set(cases.map(([source]) => source));
    expect([...known].filter((source) => !sources.has(source))).toEqual([]);
  });
});

describe.skipIf(referenceCases.length === 0)(`reference templates (needs: ${skipReason})`, () => {
  it('are 53', () => {
    expect(referenceCases).toHaveLength(53);
  });

  it.each(referenceCases)('$group $name', ({ chat_template, data, target }) => {
    const { messages, bos_token, eos_token, add_generation_prompt, ...variables } = data;
    const template = createChatTemplate(chat_template, {
      ...(typeof bos_token === 'string' ? { bosToken: bos_token } : {}),
      ...(typeof eos_token === 'string' ? { eosToken: eos_token } : {}),
      now: () => new Date('2025-07-10T12:00:00.000Z'),
    });
    // One template takes an absent add_generation_prompt for true; transformers always passes it.
    const addGenerationPrompt =
      add_generation_prompt === undefined
        ? chat_template.includes('add_generation_prompt is not defined')
        : add_generation_prompt === true;
    expect(template.render(messages as ChatMessage[], { addGenerationPrompt, variables })).toBe(target);
  });

  const conversations = golden<{
    cases: { name: string; messages: ChatMessage[]; options: Record<string, unknown> }[];
    results: Record<string, (string | null)[]>;
  }>('templates.golden.json');

  const gaps = gapsOf(GAPS.templates);

  it.each(referenceCases)(
    '$name with many conversations, as transformers renders them',
    ({ name, chat_template }) => {
      const template = createChatTemplate(chat_template, {
        bosToken: '<s>',
        eosToken: '</s>',
        now: () => new Date(2025, 6, 10, 12),
      });
      const differing = conversations.cases.filter(({ messages, options }, index) => {
        const { tools, documents, add_generation_prompt, continue_final_message, ...variables } = options;
        const given = { tools, documents, continueFinalMessage: continue_final_message };
        const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
        let result: string | null = null;
        try {
          const addGenerationPrompt = add_generation_prompt !== false;
          result = hash(template.render(messages, { addGenerationPrompt, variables, ...present }));
        } catch (error) {
          expect(LlamellaError.isInstance(error)).toBe(true);
        }
        return result !== conversations.results[name]?.[index];
      });
      const keys = differing.map((conversation) => `${name} | ${conversation.name}`);
      expect(keys).toEqual([...gaps].filter((key) => key.startsWith(`${name} | `)));
    },
  );

  it.each(golden<GoldenCase[]>('llama31.golden.json'))(
    'Llama 3.1, as transformers renders it: $name',
    ({ messages, addGenerationPrompt, variables = {}, expected }) => {
      const { chat_template } = referenceCases.find(
        ({ name }) => name === 'meta-llama/Llama-3.1-8B-Instruct',
      )!;
      const template = createChatTemplate(chat_template, { bosToken: '<|begin_of_text|>' });
      expect(template.render(messages, { addGenerationPrompt, variables })).toBe(expected);
    },
  );
});
