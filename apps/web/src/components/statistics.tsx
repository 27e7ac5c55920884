import type { Message } from '../conversation/conversation.ts';
import { tokensAfterFirst, toStatistics } from '../generation/answer-progress.ts';
import type { LiveAnswer } from '../generation/chat-session.ts';
import { formatDuration, formatRate } from '../platform/format.ts';

/** How fast an answer came. */
export function Statistics({ message: { statistics, model } }: { readonly message: Message }) {
  if (statistics === undefined) return null;
  const { generatedTokens, firstTokenMs, generateMs, promptTokens, cachedTokens } = statistics;
  const rate = formatRate(tokensAfterFirst(statistics), generateMs);
  const reused = cachedTokens > 0 ? `, ${cachedTokens} of them reused` : '';
  const prompt = promptTokens > 0 ? `Prompt of ${promptTokens} tokens${reused}. ` : '';
  return (
    <span className="statistics" title={`${prompt}${model ?? ''}`}>
      {rate && <span>{rate} tokens/s</span>}
      <span>first after {formatDuration(firstTokenMs)}</span>
      <span>
        {generatedTokens} {generatedTokens === 1 ? 'token' : 'tokens'}
      </span>
    </span>
  );
}

/** What is going on while an answer is written. */
export function LiveStatus({ live: { phase, progress } }: { readonly live: LiveAnswer }) {
  const statistics = toStatistics(progress);
  const rate = statistics && formatRate(tokensAfterFirst(statistics), statistics.generateMs);
  return (
    <p className="live-status">
      <span className="pulse" />
      {phases[phase]}
      {phase === 'writing' && rate && (
        <span className="statistics">
          <span>{rate} tokens/s</span>
          <span>{progress.tokenCount} tokens</span>
        </span>
      )}
    </p>
  );
}

const phases: Readonly<Record<LiveAnswer['phase'], string>> = {
  model: 'Waiting for the model',
  prompt: 'Reading',
  writing: 'Writing',
  stopping: 'Stopping',
};
