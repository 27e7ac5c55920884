import type { Candidate, CandidateSettings } from './candidate.ts';
import type { Measurement } from './measurement.ts';
import { readMemoryUse } from './memory-use.ts';
import { type Scenario, warmUpGenerated, warmUpPrompt } from './scenarios.ts';
import { watchTimer } from './watch-timer.ts';

/**
 * Runs one scenario in this process. The same code measures every candidate.
 *
 * @param text token ids to cut prompts from: the prompt from the start, the warm-up from the end
 * @throws {Error} when the candidate generates fewer tokens than asked for
 */
export async function measure(
  loadCandidate: () => Promise<Candidate>,
  settings: CandidateSettings,
  scenario: Scenario,
  text: Uint32Array,
): Promise<Measurement> {
  const started = performance.now();
  const candidate = await loadCandidate();
  const loaded = await candidate.load(settings);
  const loadMs = performance.now() - started;
  if (scenario.warmUp) for await (const _ of loaded.generate(text.slice(-warmUpPrompt), warmUpGenerated));

  const prompt = text.slice(0, scenario.promptTokens);
  const total = scenario.uncountedTokens + scenario.countedTokens;
  const called = performance.now();
  let first: number | undefined;
  let generated = 0;
  let counting: { readonly from: number; readonly at: number; readonly stop: () => number } | undefined;
  let decode: { tokensPerSecond: number; longestTimerGapMs: number } | undefined;
  for await (const tokens of loaded.generate(prompt, total)) {
    const now = performance.now();
    first ??= now;
    generated += tokens;
    if (counting === undefined && scenario.countedTokens > 0 && generated >= scenario.uncountedTokens)
      counting = { from: generated, at: performance.now(), stop: watchTimer() };
    else if (counting !== undefined && generated >= total)
      decode = {
        tokensPerSecond: ((generated - counting.from) * 1000) / (now - counting.at),
        longestTimerGapMs: counting.stop(),
      };
  }
  if (first === undefined || generated < total)
    throw new Error(`${scenario.name}: ${generated} tokens were generated, ${total} asked for`);
  const memory = readMemoryUse();
  await loaded.close();
  return {
    loadMs,
    firstTokenMs: first - called,
    loadToFirstTokenMs: first - started,
    memory,
    ...(decode && {
      decodeTokensPerSecond: decode.tokensPerSecond,
      longestTimerGapMs: decode.longestTimerGapMs,
    }),
  };
}
