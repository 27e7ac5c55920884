/**
 * Ticks every millisecond and keeps the longest time between two ticks: how long the event loop was not free.
 *
 * @returns a function that ends the watch and returns that time in milliseconds
 */
export function watchTimer(): () => number {
  let last = performance.now();
  let longest = 0;
  const tick = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(tick, 1);
  return () => {
    clearInterval(timer);
    tick();
    return longest;
  };
}
