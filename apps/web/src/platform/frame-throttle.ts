/** Calls back at most once per frame. */
export interface FrameThrottle {
  /** Asks for a call. */
  request(): void;
  /** Calls now if a call is due. */
  flush(): void;
  /** Drops a call that is due. */
  cancel(): void;
}

/** What a throttle waits with; the page's own unless told otherwise. */
export interface FrameClock {
  requestAnimationFrame(callback: () => void): number;
  cancelAnimationFrame(handle: number): void;
  setTimeout(callback: () => void, milliseconds: number): number;
  clearTimeout(handle: number): void;
}

/** Pages that are not shown get no frames: then the call comes after this time. */
const withoutFrameMs = 400;

/** Makes one. */
export function frameThrottle(
  callback: () => void,
  clock: FrameClock = globalThis as unknown as FrameClock,
): FrameThrottle {
  let handles: { readonly frame: number; readonly timer: number } | undefined;
  const cancel = () => {
    if (handles === undefined) return;
    clock.cancelAnimationFrame(handles.frame);
    clock.clearTimeout(handles.timer);
    handles = undefined;
  };
  const run = () => {
    cancel();
    callback();
  };
  return {
    request() {
      handles ??= {
        frame: clock.requestAnimationFrame(run),
        timer: clock.setTimeout(run, withoutFrameMs),
      };
    },
    flush() {
      if (handles !== undefined) run();
    },
    cancel,
  };
}
