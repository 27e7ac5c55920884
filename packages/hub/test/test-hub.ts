import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock } from '../src/index.ts';
import { createNodeHub, type NodeHubOptions } from '../src/node.ts';
import { type FakeHub, type FakeRepository, startFakeHub } from './fake-hub.ts';

/** Time that passes at once, and is written down. */
export function createTestClock(): Clock & { readonly pauses: number[] } {
  const pauses: number[] = [];
  return {
    pauses,
    now: () => Date.UTC(2026, 0, 1),
    random: () => 0.5,
    async sleep(milliseconds, signal) {
      signal.throwIfAborted();
      pauses.push(milliseconds);
    },
  };
}

/** A folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'llamella-hub-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A server that is closed when the test ends. */
export async function serve(
  repositories: Record<string, FakeRepository>,
  pageSize?: number,
): Promise<FakeHub> {
  const server = await startFakeHub(repositories, pageSize);
  onTestFinished(() => server.close());
  return server;
}

/** A hub with an empty cache before a server. */
export async function createTestHub(server: FakeHub, options: NodeHubOptions = {}) {
  const folder = await temporaryFolder();
  const clock = createTestClock();
  const cacheFolder = join(folder, 'hub');
  const settings = {
    ...{ environment: {}, homeFolder: folder, cacheFolder, urlCacheFolder: join(folder, 'urls') },
    ...{
      endpoint: server.endpoint,
      clock,
      idleTimeout: 5000,
      rangeBytes: 64 * 1024,
      memoryBytes: 8 * 2 ** 30,
    },
    ...options,
  };
  return { hub: createNodeHub(settings), clock, folder, cacheFolder, settings };
}
