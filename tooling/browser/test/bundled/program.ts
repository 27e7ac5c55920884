/** A page that runs a small model as its bundler put it: neither `wasmPaths` nor `createWorker` is given. */
import { buildGraph, cpuExactProfile } from '@llamella/graph';
import { createWebBackend } from '@llamella/runtime-web';
import { bytesFromMemory, openGguf } from '@llamella/weights';
import { packPieces } from '../../src/parity/pack-pieces.ts';

/** What came out, or why nothing did. */
export interface BundledResult {
  readonly isolated: boolean;
  readonly threads: number;
  readonly tokens: readonly number[];
  readonly refused: string;
}

declare global {
  var bundledResult: Promise<BundledResult>;
}

async function run(): Promise<BundledResult> {
  const bytes = new Uint8Array(await (await fetch('/model.gguf')).arrayBuffer());
  const checkpoint = await openGguf(bytesFromMemory(bytes, 'model.gguf'));
  const plan = buildGraph(checkpoint, { profile: cpuExactProfile });
  const refused = await createWebBackend(plan, packPieces(plan, checkpoint), { threads: 2 }).then(
    async (backend) => {
      await backend[Symbol.asyncDispose]();
      return '';
    },
    (error: Error) => error.message,
  );
  await using backend = await createWebBackend(plan, packPieces(plan, checkpoint));
  const tokens: number[] = [];
  for (let position = 0, token = 1; position < 8; position++) {
    const request = { slot: 0, position, tokens: Uint32Array.of(token), logits: 'last' } as const;
    const logits = await backend.forward(request);
    token = logits.indexOf(Math.max(...logits));
    tokens.push(token);
  }
  return { isolated: crossOriginIsolated, threads: backend.threads, tokens, refused };
}

globalThis.bundledResult = run();
