import type { CDPSession, Page } from 'playwright-core';

/** Bytes of JavaScript objects, and of what their buffers hold, in a page or a worker. */
export interface HeapUsage {
  readonly usedSize: number;
  readonly backingStorageSize: number;
}

/** Asks a page and all its workers, those of workers too, through the DevTools protocol. */
export async function watchHeaps(page: Page): Promise<() => Promise<HeapUsage[]>> {
  const session = await page.context().newCDPSession(page);
  const workers = new Map<string, (method: string) => Promise<unknown>>();
  attach(session, workers);
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  return async () => {
    const asked = [...workers.values()].map((ask) => ask('Runtime.getHeapUsage') as Promise<HeapUsage>);
    const own = session.send('Runtime.getHeapUsage') as Promise<HeapUsage>;
    const answers = await Promise.allSettled([own, ...asked]);
    return answers.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  };
}

function attach(session: CDPSession, workers: Map<string, (method: string) => Promise<unknown>>): void {
  const waiting = new Map<number, (result: unknown) => void>();
  let lastId = 0;
  session.on('Target.attachedToTarget', ({ sessionId }) => {
    workers.set(sessionId, (method) => {
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, resolve);
        // A worker that computes answers when it is done.
        setTimeout(reject, 2000, new Error('busy'));
        session
          .send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) })
          .catch(reject);
      });
    });
  });
  session.on('Target.detachedFromTarget', ({ sessionId }) => workers.delete(sessionId));
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message);
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
}
