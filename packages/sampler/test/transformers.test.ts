import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { advanceBeams, applyGuidance, startBeams } from '../src/decoding.ts';
import {
  applySequenceBias,
  banRepeatedNgrams,
  type Candidates,
  createCandidates,
  createSampler,
  keepEpsilon,
  keepEta,
  keepMinP,
  keepTopK,
  keepTopP,
  keepTypical,
  loadCandidates,
  type SamplerOptions,
  transformers,
} from '../src/index.ts';
import { floats, goldenCases, idsOf } from './golden-cases.ts';

interface Bans {
  readonly tokens: number[];
  readonly ngrams: Record<string, number[]>;
  readonly words: number[][];
  readonly badWords: number[];
  readonly sequences: [number[], string][];
  readonly biased: string[];
  readonly minLength: number[];
  readonly minTokens: number[];
  readonly suppress: number[];
  readonly beginSuppress: number[];
  readonly forcedEnd: number[];
}
interface Chain {
  readonly settings: Record<string, never>;
  readonly vector: string;
  readonly tokens: number[];
  readonly prompt: number;
  readonly distribution: [number, number][];
}
interface Beams {
  readonly num_beams: number;
  readonly length_penalty: number;
  readonly early_stopping: boolean | 'never';
  readonly max_new_tokens: number;
  readonly no_repeat_ngram_size?: number;
  readonly ends: number[];
  readonly size: number;
  readonly table: string;
  readonly texts: [number[], number][];
}

const golden = JSON.parse(readFileSync(new URL('./golden/transformers.json', import.meta.url), 'utf8')) as {
  truncations: Record<string, Record<string, Record<string, string>>>;
  bans: Bans[];
  chains: Chain[];
  beams: Beams[];
  guidance: string;
};
const vectors = new Map(goldenCases.map(([name, { logits }]) => [name, floats(logits)]));

const truncations: Record<string, (candidates: Candidates, value: number, minKeep: number) => void> = {
  topK: (candidates, k, minKeep) => keepTopK(candidates, Math.max(k, minKeep), true),
  topP: keepTopP,
  minP: keepMinP,
  typical: (candidates, p, minKeep) => keepTypical(candidates, p, minKeep, true),
  epsilon: keepEpsilon,
  eta: keepEta,
};
/** Steps of which transformers' sort says which of equal logits stay, and that is not by their ids. */
const UNORDERED = ['topP', 'minP'];

describe.each(Object.entries(golden.truncations))('%s logits, as transformers', (name, stored) => {
  const logits = vectors.get(name)!;
  for (const [step, cases] of Object.entries(stored))
    it.each(Object.keys(cases))(`${step} %s`, (parameters) => {
      const candidates = createCandidates(logits.length);
      loadCandidates(candidates, logits.slice());
      const [value = 0, minKeep = 0] = parameters.split(',').map(Number);
      truncations[step]!(candidates, value, minKeep);
      const ids = Array.from(candidates.whole ? logits.keys() : candidates.ids.subarray(0, candidates.count));
      const left = ids.filter((id) => logits[id]! > -Infinity);
      const expected = idsOf(cases[parameters]!);
      // Up to 1e29: all but one probability are 0, and it keeps any of those.
      if (name === 'spread' && step === 'minP') expect(left.length).toBe(expected.length);
      if (name === 'spread' && step === 'minP') return;
      const sorted = (list: number[]) => list.map((id) => logits[id]! + 0).sort((a, b) => a - b);
      if (UNORDERED.includes(step) || (step === 'typical' && minKeep > 1))
        expect(sorted(left)).toEqual(sorted(expected));
      else expect(left).toEqual(expected);
    });
});

describe.each(golden.bans)('after the tokens $tokens, as transformers', (stored) => {
  const { tokens } = stored;
  const history = Uint32Array.from([...tokens, 1, 2, 3]);
  const banned = (logits: Float32Array) =>
    Array.from(logits.keys()).filter((id) => logits[id] === Number.NEGATIVE_INFINITY);
  /** Tokens that a sampler of `options` does not draw from. */
  const bannedBy = (options: SamplerOptions) => {
    const output = new Float32Array(16);
    const sampler = createSampler({ temperature: 1, ...options });
    sampler.probabilities(new Float32Array(16), history, tokens.length, output);
    return Array.from(output.keys()).filter((id) => output[id] === 0);
  };

  it.each(Object.entries(stored.ngrams))('n-grams of %d', (size, expected) => {
    const logits = new Float32Array(16);
    banRepeatedNgrams(logits, history, tokens.length, Number(size));
    expect(banned(logits)).toEqual(expected);
    if (expected.length < 16) expect(bannedBy({ noRepeatNgramSize: Number(size) })).toEqual(expected);
  });

  it('bad words and biased sequences', () => {
    expect(bannedBy({ badWords: stored.words })).toEqual(stored.badWords);
    const logits = new Float32Array(16);
    const sequences = stored.sequences.map(([sequence]) => Uint32Array.from(sequence));
    const biases = Float64Array.from(stored.sequences, ([, bias]) => Number(bias.replace('inf', 'Infinity')));
    applySequenceBias(logits, history, tokens.length, { name: 'sequences', sequences, biases });
    expect(Array.from(logits)).toEqual(stored.biased.map((bias) => Number(bias.replace('inf', 'Infinity'))));
  });

  it('lengths and suppressed tokens', () => {
    const promptLength = Math.min(2, tokens.length);
    const endTokens = [3, 5];
    expect(bannedBy({ minLength: 8, endTokens })).toEqual(stored.minLength);
    if (tokens.length >= 2)
      expect(bannedBy({ minTokens: 6, endTokens, promptLength })).toEqual(stored.minTokens);
    expect(bannedBy({ suppressTokens: [1, 4] })).toEqual(stored.suppress);
    if (tokens.length >= 2)
      expect(bannedBy({ beginSuppressTokens: [1, 4], promptLength })).toEqual(stored.beginSuppress);
    expect(bannedBy({ forceEndAt: 9, endTokens, promptLength: 0 })).toEqual(stored.forcedEnd);
  });
});

/** transformers' names of the options of `createSampler`. */
const NAMES: Record<string, keyof SamplerOptions> = {
  temperature: 'temperature',
  top_k: 'topK',
  top_p: 'topP',
  min_p: 'minP',
  typical_p: 'typicalP',
  epsilon_cutoff: 'epsilonCutoff',
  eta_cutoff: 'etaCutoff',
  repetition_penalty: 'repetitionPenalty',
  no_repeat_ngram_size: 'noRepeatNgramSize',
  bad_words_ids: 'badWords',
  min_new_tokens: 'minTokens',
  suppress_tokens: 'suppressTokens',
  begin_suppress_tokens: 'beginSuppressTokens',
  eos_token_id: 'endTokens',
};

it.each(golden.chains)('the preset transformers, as transformers: $vector logits, $settings', (stored) => {
  const options = Object.fromEntries(
    Object.entries(stored.settings).map(([key, value]) => [NAMES[key], value]),
  );
  const sampler = createSampler(transformers({ ...options, promptLength: stored.prompt }));
  const output = new Float64Array(512);
  const logits = vectors.get(stored.vector)!.slice();
  sampler.probabilities(logits, Uint32Array.from(stored.tokens), stored.tokens.length, output);
  const expected = new Map(stored.distribution);
  for (const [id, probability] of output.entries())
    expect(Math.abs(probability - (expected.get(id) ?? 0))).toBeLessThan(3e-6 * probability + 1e-12);
});

it.each(golden.beams.map((stored, index) => ({ index, ...stored })))(
  'beam search $index, as transformers: $num_beams beams, penalty $length_penalty, stopping $early_stopping',
  (stored) => {
    const table = floats(stored.table);
    const prompt = Uint32Array.of(5);
    const options = {
      beamCount: stored.num_beams,
      endTokens: stored.ends,
      maxTokens: stored.max_new_tokens,
      lengthPenalty: stored.length_penalty,
      earlyStopping: stored.early_stopping,
      process(logprobs: Float32Array, tokens: Uint32Array) {
        const size = stored.no_repeat_ngram_size ?? 0;
        const all = Uint32Array.of(...prompt, ...tokens);
        if (size > 0) banRepeatedNgrams(logprobs, all, all.length, size);
      },
    };
    let state = startBeams();
    let steps = 0;
    while (!state.done) {
      const rows = state.running.map(({ tokens }) => {
        const last = tokens.at(-1) ?? 5;
        return table.slice(last * stored.size, (last + 1) * stored.size);
      });
      const before = state;
      state = advanceBeams(state, rows, options);
      for (const [index, { tokens }] of state.running.entries())
        expect(tokens.subarray(0, -1)).toEqual(before.running[state.parents[index]!]!.tokens);
      expect(++steps).toBeLessThanOrEqual(stored.max_new_tokens);
    }
    expect(state.ended.length).toBe(stored.texts.length);
    // Texts with the same transitions have the same score: which one is found is up to rounding.
    const transitions = (text: number[]) => text.map((token, i) => `${text[i - 1] ?? 5} ${token}`).sort();
    for (const [index, [text, score]] of stored.texts.entries()) {
      const beam = state.ended[index]!;
      const found = Array.from(beam.tokens);
      if (transitions(found).join() !== transitions(text).join()) expect(found).toEqual(text);
      expect(Math.abs(beam.score - score)).toBeLessThan(1e-5 * Math.max(1, Math.abs(score)));
    }
  },
);

it('guidance, as transformers', () => {
  const logits = vectors.get('normal')!.slice();
  applyGuidance(logits, vectors.get('ties')!, 1.7);
  const expected = floats(golden.guidance);
  for (const [id, logit] of logits.entries()) expect(Math.abs(logit - expected[id]!)).toBeLessThan(1e-5);
});
