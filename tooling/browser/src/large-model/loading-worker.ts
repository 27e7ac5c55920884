/** A worker of the page: takes a model all the way from the network to what a backend compiles from. */
import { buildGraph, cpuProfile, webgpuProfile } from '@llamella/graph';
import type { GraphPlan } from '@llamella/spec';
import { openGguf } from '@llamella/weights';
// The tests of these packages need this one, so this one cannot depend on them.
import { createBrowserHub, openStored } from '../../../../packages/hub/src/browser.ts';
import { crc32 } from '../../../../packages/llamella/src/browser/crc32.ts';
import { packStream } from '../../../../packages/llamella/src/browser/pack-stream.ts';
import { FileWeights } from '../../../../packages/runtime-web/src/file-weights.ts';
import { createWebBackend } from '../../../../packages/runtime-web/src/index.ts';

/** What is loaded. */
export interface LoadingRun {
  /** Address of the first file. */
  readonly url: string;
  readonly profile: keyof typeof profiles;
  /** What a backend is made for; otherwise the weights are read as a backend would, and counted. */
  readonly compile?: 'wasm' | 'webgpu';
}

/** What was loaded. */
export interface LoadedModel {
  readonly files: number;
  readonly bytes: number;
  readonly initializers: number;
  readonly packedBytes: number;
  /** Bytes that the backend's mounted file was read for. */
  readonly readBytes: number;
  /** Whether what was read is what was packed. */
  readonly same: boolean;
  /** Of the step after compiling. */
  readonly logits?: number;
}

/** Tells the phase that begins, then what was loaded or why not. */
export type LoadingMessage =
  | { readonly phase: string }
  | { readonly loaded: LoadedModel }
  | { readonly error: string };

const profiles = { cpuProfile, webgpuProfile };
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<LoadingRun>) => void;
  postMessage(message: LoadingMessage): void;
};

scope.onmessage = async ({ data }) => {
  try {
    scope.postMessage({ loaded: await load(data) });
  } catch (error) {
    scope.postMessage({ error: (error as Error).stack ?? String(error) });
  }
};

async function load({ url, profile, compile }: LoadingRun): Promise<LoadedModel> {
  scope.postMessage({ phase: 'download' });
  const model = await createBrowserHub().pull(url);
  scope.postMessage({ phase: 'open' });
  const sources = await Promise.all(model.files.map(({ path }) => openStored(path)));
  await using checkpoint = await openGguf(sources);
  const plan = buildGraph(checkpoint, { profile: profiles[profile] });
  scope.postMessage({ phase: 'pack' });
  const folder = await navigator.storage.getDirectory();
  const file = await folder.getFileHandle('packed', { create: true });
  const written = await openToWrite(file);
  const sums: number[] = [];
  let at = 0;
  for await (const piece of packStream(plan, checkpoint, { errors: new Map() })) {
    const last = sums.length - 1;
    const end = last < 0 ? 0 : plan.offsets[last]! + plan.initializers[last]!.byteLength;
    if (at < end) sums[last] = crc32(piece, sums[last]);
    else if (plan.offsets[sums.length] === at) sums.push(crc32(piece));
    const count = written.write(piece, { at });
    if (count !== piece.length) throw new Error(`${count} of ${piece.length} bytes were written`);
    at += count;
    // Collected it would be too, but later.
    piece.buffer.transfer(0);
  }
  written.flush();
  written.close();
  scope.postMessage({ phase: compile === undefined ? 'read' : 'compile' });
  const read = compile !== undefined ? await run(plan, file, compile) : await readAll(plan, file, sums);
  await folder.removeEntry('packed');
  return {
    files: model.files.length,
    bytes: model.bytes,
    initializers: plan.initializers.length,
    packedBytes: at,
    ...read,
  };
}

/** Reads every constant as a backend does when it compiles. */
async function readAll(plan: GraphPlan, file: FileSystemFileHandle, sums: readonly number[]) {
  const weights = await FileWeights.open(file, plan.externalByteLength);
  let [readBytes, same] = [0, true];
  for (const [index, { byteLength }] of plan.initializers.entries()) {
    const start = plan.offsets[index]!;
    const bytes = weights.subarray(start, start + byteLength);
    readBytes += bytes.length;
    same &&= crc32(bytes) === sums[index];
  }
  weights.close();
  return { readBytes, same };
}

async function run(plan: GraphPlan, file: FileSystemFileHandle, device: 'wasm' | 'webgpu') {
  await using backend = await createWebBackend(plan, file, {
    device,
    wasmPaths: '/onnxruntime-web/',
    createWorker: () => new Worker('/worker.js', { type: 'module' }),
  });
  const tokens = Uint32Array.of(1, 2, 3);
  const logits = await backend.forward({ slot: 0, position: 0, tokens, logits: 'last' });
  const same = logits.every(Number.isFinite) && new Set(logits).size > 1;
  return { readBytes: plan.externalByteLength, same, logits: logits.length };
}

interface Written {
  write(bytes: Uint8Array, options: { readonly at: number }): number;
  flush(): void;
  close(): void;
}

/** Of workers; the types here are those of pages. */
function openToWrite(file: FileSystemFileHandle): Promise<Written> {
  return (file as unknown as { createSyncAccessHandle(): Promise<Written> }).createSyncAccessHandle();
}
