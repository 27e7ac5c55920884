/** Makes the worker of a model, or of the model store, in the way that bundlers know. */
export function createModelWorker(): Worker {
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
}
