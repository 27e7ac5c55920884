import { splitReasoning } from '../generation/split-reasoning.ts';
import { useObservable } from '../platform/observable.ts';
import { useServices } from '../services.ts';
import { useIsBusy } from './use-is-busy.ts';

const longest = 2000;

/** Says finished answers, and the coming and going of models, to those who do not see the page. */
export function Announcer() {
  const { chat, models } = useServices();
  const message = useObservable(chat.finished);
  const state = useObservable(models.state);
  const isWriting = useIsBusy();
  const model =
    state.kind === 'loading'
      ? 'The model is being loaded.'
      : state.kind === 'ready'
        ? `${state.model.name} is ready.`
        : '';
  const failure = message?.end === 'error' ? message.error : undefined;
  const answer =
    message && !isWriting ? `Answer: ${splitReasoning(message.content).answer.slice(0, longest)}` : '';
  return (
    <div className="hidden">
      <div role="status">{model}</div>
      <div aria-live="polite">{failure ?? answer}</div>
    </div>
  );
}
