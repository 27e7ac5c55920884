import type { ErrorCode, ForwardRequest, GraphInterface } from '@llamella/spec';
import type { ModuleOptions } from './load-module.ts';

/** What the worker starts with. */
export interface LoadRequest extends ModuleOptions {
  /** Bytes of weights. */
  readonly byteLength: number;
  /** The largest constant of the graph. */
  readonly largest: { readonly name: string; readonly byteLength: number };
  /** Whether the graph computes in float16. */
  readonly float16: boolean;
}

/** What the worker runs on. */
export interface LoadAnswer {
  readonly threads: number;
  /** Whether the GPU is one that the processor computes. */
  readonly software: boolean;
}

/** What the worker compiles. */
export interface CompileRequest {
  readonly model: Uint8Array;
  readonly externalFile: string;
  readonly graph: GraphInterface;
  readonly slots: number;
  readonly capacity: number;
  /** Whether steps of one token are recorded on the GPU and replayed, where that can be done. */
  readonly captureSteps: boolean;
}

/** What a worker can be asked to do, with what it answers. */
export interface WorkerCalls {
  /** Starts ONNX Runtime; the weights will follow. */
  readonly load: (options: LoadRequest) => LoadAnswer;
  /** The next bytes of the weights. */
  readonly weights: (bytes: Uint8Array) => undefined;
  /** The file with all of the weights, instead. */
  readonly weightsFile: (file: FileSystemFileHandle) => undefined;
  readonly compile: (request: CompileRequest) => undefined;
  readonly forward: (request: ForwardRequest) => Float32Array<ArrayBuffer>;
  readonly grow: (request: { readonly capacity: number; readonly lengths: readonly number[] }) => undefined;
}

/** Asks a worker. */
export type WorkerRequest = {
  readonly [K in keyof WorkerCalls]: {
    readonly id: number;
    readonly call: K;
    readonly argument: Parameters<WorkerCalls[K]>[0];
  };
}[keyof WorkerCalls];

/** An error as it crosses. */
export interface CrossingError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Answers a request, or tells, unasked, that something does not run as it was meant to, or nothing any more. */
export type WorkerAnswer =
  | { readonly id: number; readonly result: ReturnType<WorkerCalls[keyof WorkerCalls]> }
  | { readonly id: number; readonly error: CrossingError }
  | { readonly note: string }
  | { readonly lost: string };
