/** Ends the program before its work is done, without an error message. */
export class EarlyEnd extends Error {
  readonly exitCode: number;

  constructor(cause: string, exitCode: number) {
    super(`ended by ${cause}`);
    this.name = 'EarlyEnd';
    this.exitCode = exitCode;
  }
}

/** Turns process signals and a closed output into one `AbortSignal`. */
export class Interruption {
  readonly #controller = new AbortController();
  #handler: (() => void) | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** SIGINT: goes to the handler that took it over, otherwise ends the program with exit code 130. */
  interrupt(): void {
    if (this.#handler) this.#handler();
    else this.end(new EarlyEnd('SIGINT', 130));
  }

  /** @param reason what every command in progress rejects with */
  end(reason: Error): void {
    this.#controller.abort(reason);
  }

  /** Sends SIGINT to `handler` until the result is disposed. */
  takeOver(handler: () => void): Disposable {
    const previous = this.#handler;
    this.#handler = handler;
    return {
      [Symbol.dispose]: () => {
        this.#handler = previous;
      },
    };
  }
}
