import type { FunctionName } from './function-table.ts';
import type { Handle, OrtApi } from './ort-api.ts';

type ReleaseFunction = Extract<FunctionName, `Release${string}`>;

/** Owns handles of the C API and releases them, the last one made first. */
export class HandleStack {
  readonly #api: OrtApi;
  readonly #handles: [release: ReleaseFunction, handle: Handle][] = [];

  constructor(api: OrtApi) {
    this.#api = api;
  }

  /** Takes a handle over. @returns the handle */
  own(release: ReleaseFunction, handle: Handle): Handle {
    this.#handles.push([release, handle]);
    return handle;
  }

  /** Releases everything owned. Calling it again does nothing. */
  release(): void {
    for (let last = this.#handles.pop(); last !== undefined; last = this.#handles.pop()) {
      this.#api.call(last[0], last[1]);
    }
  }
}
