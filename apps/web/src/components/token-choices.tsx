import type { AnswerToken } from '../conversation/conversation.ts';
import { formatShare } from '../platform/format.ts';
import { visibleToken as visible } from '../platform/visible-token.ts';

/** The likeliest tokens at one place, and the one that was taken. */
export function Chosen({ token }: { readonly token: AnswerToken }) {
  const isAmongTop = token.top.some(({ text, logprob }) => text === token.text && logprob === token.logprob);
  const choices = isAmongTop ? token.top : [...token.top, token];
  return (
    <table>
      <caption className="hidden">Likeliest tokens here</caption>
      <thead>
        <tr>
          <th scope="col">Token</th>
          <th scope="col">Probability</th>
          <th scope="col">Log</th>
        </tr>
      </thead>
      <tbody>
        {choices.map(({ text, logprob }, index) => {
          const share = Math.exp(logprob);
          const isTaken = text === token.text && logprob === token.logprob;
          return (
            <tr key={index} className={isTaken ? 'taken' : undefined}>
              <th scope="row">
                <code>{visible(text)}</code>
                {isTaken && <span className="hidden">, taken</span>}
              </th>
              <td>
                <span className="share">
                  <span className="share-bar" style={{ inlineSize: `${Math.max(1, share * 100)}%` }} />
                </span>
                {formatShare(share)}
              </td>
              <td>{logprob.toFixed(2)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
