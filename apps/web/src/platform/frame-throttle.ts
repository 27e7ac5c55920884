/** Calls back now and then, before a frame is drawn. */
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
  now(): number;
  requestAnimationFrame(callback: () => void): number;
  cancelAnimationFrame(handle: number): void;
  setTimeout(callback: () => void, milliseconds: number): number;
  clearTimeout(handle: number): void;
}

/** Least time between two calls: reading along needs no more, and the model needs the processor too. */
const intervalMs = 40;

/** Pages that are not shown get no frames: then the call comes after this time. */
const withoutFrameMs = 400;

const pageClock: FrameClock = {
  now: () => performance.now(),
  requestAnimationFrame: (callback) => requestAnimationFrame(callback),
  cancelAnimationFrame: (handle) => cancelAnimationFrame(handle),
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds) as unknown as number,
  clearTimeout: (handle) => clearTimeout(handle),
};

/** Makes one. */
export function frameThrottle(callback: () => void, clock = pageClock): FrameThrottle {
  let isDue = false;
  let last = Number.NEGATIVE_INFINITY;
  let frame: number | undefined;
  let timer: number | undefined;
  const cancel = () => {
    isDue = false;
    if (frame !== undefined) clock.cancelAnimationFrame(frame);
    if (timer !== undefined) clock.clearTimeout(timer);
    frame = undefined;
    timer = undefined;
  };
  const run = () => {
    cancel();
    last = clock.now();
    callback();
  };
  const awaitFrame = () => {
    frame = clock.requestAnimationFrame(run);
    timer = clock.setTimeout(run, withoutFrameMs);
  };
  return {
    request() {
      if (isDue) return;
      isDue = true;
      const rest = last + intervalMs - clock.now();
      if (rest > 0) timer = clock.setTimeout(awaitFrame, rest);
      else awaitFrame();
    },
    flush() {
      if (isDue) run();
    },
    cancel,
  };
}
