import type { ChatMessage } from '@llamella/spec';
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

const booleans = 'the engine writes true and false where Python writes True and False';

/** Where the engine differs from Jinja2. A gap that closes fails its test and is then taken off this list. */
const knownGaps: Record<string, string> = {
  'absent variables': booleans,
  loop: booleans,
  containment: booleans,
  'plus signs keep': 'the engine does not read {%+',
};

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

  it.each(cases.filter(({ name }) => !(name in knownGaps)))('$name', ({ template, tools, expected }) => {
    const compiled = createChatTemplate(template, { bosToken: '<s>', eosToken: '</s>' });
    expect(compiled.render(messages, { variables: { tools } })).toBe(expected);
  });

  it.each(Object.entries(knownGaps))('known gap, %s: %s', (name, _reason) => {
    const { template, expected } = cases.find((feature) => feature.name === name)!;
    const render = () => createChatTemplate(template).render(messages);
    if (name === 'plus signs keep') expect(render).toThrow(/not a valid Jinja template/);
    else expect(render()).not.toBe(expected);
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
