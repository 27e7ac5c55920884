/**
 * The program of the worker that a backend runs in. It has no exports: give its address to `new Worker`, or import it
 * into a worker's program of your own.
 */
import { serveWorker, type WorkerScope } from './serve-worker.ts';

serveWorker(globalThis as unknown as WorkerScope);
