/**
 * The program of the worker that a model lives in. It has no exports: give its address to `new Worker`, or import it into
 * a worker's program of your own.
 */
import { serveCalls, type WorkerScope } from './serve-calls.ts';
import { createWorkerCalls } from './worker-calls.ts';

serveCalls(globalThis as unknown as WorkerScope, createWorkerCalls());
