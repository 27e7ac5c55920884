import { asyncDispose, type LlamellaError } from '@llamella/spec';
import { reviveError } from '../worker-error.ts';
import type { BrowserModel } from './browser-model.ts';
import type { DescribedModel, Notice, SentGenerateOptions } from './messages.ts';
import type { WorkerLink } from './worker-link.ts';

/** How long a worker may take to end what it runs before it is ended. */
const DISPOSE_MS = 1000;

/** A model whose worker is at the other end of a link. */
export function modelOverLink(link: WorkerLink, described: DescribedModel, loadMs: number): BrowserModel {
  const { promise: lost, resolve: lose } = Promise.withResolvers<LlamellaError>();
  let disposed: Promise<void> | undefined;
  const notes = [...described.notes];
  let { fidelity } = described;
  const model: BrowserModel = {
    ...described,
    notes,
    get fidelity() {
      return fidelity;
    },
    loadMs,
    lost,
    generate: (prompt, { signal, ...options } = {}) =>
      link.stream('generate', { prompt, options: sendable(options) }, signal),
    chat: (messages, { signal, ...options } = {}) =>
      link.stream('chat', { messages, options: sendable(options) }, signal),
    countTokens: (messages) => link.call('countTokens', messages),
    tokenize: (text) => link.call('tokenize', text),
    pieces: (ids) => link.call('pieces', ids),
    onRecovery: undefined,
    [asyncDispose]: () => (disposed ??= dispose(link)),
  };
  link.onNotice = (notice: Notice) => {
    if (notice.kind === 'recovery') model.onRecovery?.(notice);
    else if (notice.kind === 'float32') {
      notes.push(notice.note);
      fidelity = notice.fidelity;
    } else lose(reviveError(notice.error) as LlamellaError);
  };
  link.onEnd = (error) => {
    if (error.code !== 'disposed') lose(error);
  };
  return model;
}

/** A caller may leave `grammar: undefined` and the like, which a message would carry. */
function sendable<T extends SentGenerateOptions>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

async function dispose(link: WorkerLink): Promise<void> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, DISPOSE_MS));
  await Promise.race([link.call('dispose', undefined).catch(() => undefined), late]);
  link.close('disposed', 'the model was disposed');
}
