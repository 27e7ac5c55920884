/** Bytes on the JavaScript heap and in array buffers. */
function used(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/**
 * Bytes allocated per token, by the growth over a few tokens at a time. A collection in between makes a sample too
 * small, so that the median of many is taken.
 */
export class AllocationMeter {
  private readonly samples: number[] = [];
  private readonly every: number;
  private tokens = 0;
  private before = 0;

  /** @param every tokens per sample; a sample itself allocates some hundred bytes */
  constructor(every: number) {
    this.every = every;
  }

  start(): void {
    if (this.tokens === 0) this.before = used();
  }

  /** Call it after each token. */
  stop(): void {
    if (++this.tokens < this.every) return;
    this.samples.push((used() - this.before) / this.every);
    this.tokens = 0;
  }

  get bytesPerToken(): number {
    const sorted = this.samples.toSorted((a, b) => a - b);
    return Math.max(0, sorted[sorted.length >> 1] ?? 0);
  }
}
